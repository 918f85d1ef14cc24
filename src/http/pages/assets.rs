//! The files that pages load: embedded, and named by their content so that browsers may keep them for ever.

use std::sync::LazyLock;

use sha2::{Digest, Sha256};

/// An embedded file and the path it is served under, without the issuer's own path.
#[derive(Debug)]
pub struct Asset {
    /// Such as `/assets/signet-0123456789abcdef.css`: another content, another path.
    pub path: String,
    pub media_type: &'static str,
    pub body: &'static str,
}

static STYLESHEET: LazyLock<Asset> = LazyLock::new(|| {
    let body = include_str!("../../../templates/assets/signet.css");
    Asset { path: path("signet", body, "css"), media_type: "text/css; charset=utf-8", body }
});

static SEAL: LazyLock<Asset> = LazyLock::new(|| {
    let body = include_str!("../../../templates/assets/seal.svg");
    Asset { path: path("seal", body, "svg"), media_type: "image/svg+xml", body }
});

static SUBMIT: LazyLock<Asset> = LazyLock::new(|| {
    let body = include_str!("../../../templates/assets/submit.js");
    Asset { path: path("submit", body, "js"), media_type: "text/javascript; charset=utf-8", body }
});

/// The one stylesheet of all pages.
pub fn stylesheet() -> &'static Asset {
    &STYLESHEET
}

/// The wax seal: the mark on every page, and the favicon.
pub fn seal() -> &'static Asset {
    &SEAL
}

/// The script that submits a `form_post` page: the only script there is.
pub fn submit() -> &'static Asset {
    &SUBMIT
}

/// The file that a request path (without the issuer's own path) names.
pub fn find(path: &str) -> Option<&'static Asset> {
    [stylesheet(), seal(), submit()].into_iter().find(|asset| asset.path == path)
}

fn path(name: &str, body: &str, extension: &str) -> String {
    let [a, b, c, d, e, f, g, h, ..] = <[u8; 32]>::from(Sha256::digest(body));
    let hash = u64::from_be_bytes([a, b, c, d, e, f, g, h]);
    format!("/assets/{name}-{hash:016x}.{extension}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_changes_with_the_content() {
        assert_eq!(path("signet", "", "css"), "/assets/signet-e3b0c44298fc1c14.css");
        assert_ne!(path("signet", "a", "css"), path("signet", "b", "css"));
    }

    #[test]
    fn every_asset_is_found_under_its_own_path_only() {
        for asset in [stylesheet(), seal(), submit()] {
            assert_eq!(find(&asset.path).map(|found| found.body), Some(asset.body));
        }
        assert!(find("/assets/signet.css").is_none());
    }

    #[test]
    fn the_stylesheet_is_small() {
        assert!(stylesheet().body.len() < 12 * 1024, "{} bytes", stylesheet().body.len());
    }

    /// The policy of our pages allows neither: they would silently not load.
    #[test]
    fn assets_load_nothing_else() {
        for asset in [stylesheet(), seal()] {
            for way in ["@import", "url(http", "href=", "<script", "<style"] {
                assert!(!asset.body.contains(way), "{} has {way}", asset.path);
            }
        }
    }
}
