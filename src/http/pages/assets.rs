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

static CONSOLE: LazyLock<Asset> = LazyLock::new(|| {
    let body = concat!(
        include_str!("../../../templates/assets/console.css"),
        include_str!("../../../templates/assets/console_parts.css")
    );
    Asset { path: path("console", body, "css"), media_type: "text/css; charset=utf-8", body }
});

static SEAL: LazyLock<Asset> = LazyLock::new(|| {
    let body = include_str!("../../../templates/assets/seal.svg");
    Asset { path: path("seal", body, "svg"), media_type: "image/svg+xml", body }
});

static SUBMIT: LazyLock<Asset> = LazyLock::new(|| {
    let body = include_str!("../../../templates/assets/submit.js");
    Asset { path: path("submit", body, "js"), media_type: "text/javascript; charset=utf-8", body }
});

static COPY: LazyLock<Asset> = LazyLock::new(|| {
    let body = include_str!("../../../templates/assets/copy.js");
    Asset { path: path("copy", body, "js"), media_type: "text/javascript; charset=utf-8", body }
});

/// The stylesheet of all pages.
pub fn stylesheet() -> &'static Asset {
    &STYLESHEET
}

/// What the pages of the administration load beside it.
pub fn console_stylesheet() -> &'static Asset {
    &CONSOLE
}

/// The wax seal: the mark on every page, and the favicon.
pub fn seal() -> &'static Asset {
    &SEAL
}

/// The script that submits a `form_post` page.
pub fn submit() -> &'static Asset {
    &SUBMIT
}

/// The script that puts secrets and snippets of the console on the clipboard; there is no third one.
pub fn copy() -> &'static Asset {
    &COPY
}

/// The file that a request path (without the issuer's own path) names.
pub fn find(path: &str) -> Option<&'static Asset> {
    [stylesheet(), console_stylesheet(), seal(), submit(), copy()].into_iter().find(|asset| asset.path == path)
}

fn path(name: &str, body: &str, extension: &str) -> String {
    let hash = Sha256::digest(body).iter().take(8).fold(0, |hash, byte| hash << 8 | u64::from(*byte));
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
        for asset in [stylesheet(), console_stylesheet(), seal(), submit(), copy()] {
            assert_eq!(find(&asset.path).map(|found| found.body), Some(asset.body));
        }
        assert!(find("/assets/signet.css").is_none());
    }

    #[test]
    fn the_stylesheets_are_small() {
        for (sheet, kilobytes) in [(stylesheet(), 18), (console_stylesheet(), 24)] {
            assert!(sheet.body.len() < kilobytes * 1024, "{}: {} bytes", sheet.path, sheet.body.len());
        }
    }

    /// A colour of its own would escape the test of the contrasts.
    #[test]
    fn the_console_has_the_colours_of_all_pages() {
        assert!(!console_stylesheet().body.contains(": #"));
    }

    /// The policy of our pages allows neither: they would silently not load.
    #[test]
    fn assets_load_nothing_else() {
        for asset in [stylesheet(), console_stylesheet(), seal()] {
            for way in ["@import", "url(http", "href=", "<script", "<style"] {
                assert!(!asset.body.contains(way), "{} has {way}", asset.path);
            }
        }
    }

    /// The value of a custom property in the `scheme`-th block that sets it: 0 is light, 1 is dark.
    fn colour(name: &str, scheme: usize) -> [f64; 3] {
        let hex = stylesheet().body.split(&format!("{name}: #")).nth(scheme + 1).unwrap();
        let hex = hex.split(';').next().unwrap();
        let [_, red, green, blue] = u32::from_str_radix(hex, 16).unwrap().to_be_bytes();
        [red, green, blue].map(|channel| f64::from(channel) / 255.0)
    }

    /// WCAG 2.2's contrast ratio.
    fn contrast(a: [f64; 3], b: [f64; 3]) -> f64 {
        let linear = |c: f64| if c <= 0.04045 { c / 12.92 } else { ((c + 0.055) / 1.055).powf(2.4) };
        let luminance = |[r, g, b]: [f64; 3]| 0.2126 * linear(r) + 0.7152 * linear(g) + 0.0722 * linear(b);
        let (a, b) = (luminance(a) + 0.05, luminance(b) + 0.05);
        a.max(b) / a.min(b)
    }

    /// WCAG 2.2 §1.4.3: text has a contrast of 4.5; §1.4.11: the edges of fields and buttons of 3.
    #[test]
    fn everything_reads_in_light_and_dark() {
        let text = ["--ink", "--soft", "--wax", "--leaf"].map(|name| (name, 4.5));
        for (name, least) in text.into_iter().chain([("--edge", 3.0)]) {
            for ground in ["--paper", "--sheet", "--flap", "--well"] {
                for scheme in [0, 1] {
                    let ratio = contrast(colour(name, scheme), colour(ground, scheme));
                    assert!(ratio >= least, "{name} on {ground}, scheme {scheme}: {ratio:.2}");
                }
            }
        }
        for scheme in [0, 1] {
            for name in ["--ink", "--wax"] {
                assert!(contrast(colour(name, scheme), colour("--blush", scheme)) >= 4.5, "{name}, scheme {scheme}");
            }
        }
    }
}
