//! Chromium without a window, in a profile of its own.

use std::{env, fs, path::Path};

use fantoccini::{
    Client, ClientBuilder, Locator,
    wd::{Capabilities, WebDriverCompatibleCommand},
};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::{Value, json};
use tempfile::TempDir;
use url::{ParseError, Url};

/// A command of the `DevTools` protocol, which chromedriver passes on.
#[derive(Debug)]
struct DevTools {
    cmd: &'static str,
    params: Value,
}

pub(super) struct Chromium {
    pub(super) client: Client,
    _profile: TempDir,
}

/// The widths of a phone, a tablet and a desk.
const WIDTHS: [u32; 3] = [360, 768, 1280];

/// `None` where no driver is named, unless a browser is required.
pub(super) async fn open() -> Option<Chromium> {
    let required = env::var("SIGNET_TEST_REQUIRE").is_ok_and(|list| list.split(',').any(|it| it == "browser"));
    let driver = env::var("SIGNET_TEST_WEBDRIVER").ok();
    assert!(driver.is_some() || !required, "SIGNET_TEST_REQUIRE asks for a browser: set SIGNET_TEST_WEBDRIVER");
    let profile = tempfile::tempdir().unwrap();
    let client = ClientBuilder::new(HttpConnector::new()).capabilities(wanted(profile.path())).connect(&driver?).await;
    Some(Chromium { client: client.unwrap(), _profile: profile })
}

fn wanted(profile: &Path) -> Capabilities {
    let flags = [
        "--headless",
        "--no-sandbox",
        "--disable-gpu",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        &format!("--user-data-dir={}", profile.display()),
    ];
    let wanted = json!({ "browserName": "chrome", "goog:chromeOptions": { "args": flags } });
    wanted.as_object().unwrap().clone()
}

impl Chromium {
    /// Presses a button by its words, and waits for the page that follows: a click returns before it is there.
    pub(super) async fn press(&self, words: &str) {
        self.client.execute("document.documentElement.id = 'left'", vec![]).await.unwrap();
        let button = format!("//button[normalize-space()='{words}']");
        self.client.find(Locator::XPath(&button)).await.unwrap().click().await.unwrap();
        self.arrives().await;
    }

    /// On the page after the one that was left, down to its last line.
    async fn arrives(&self) {
        let next = Locator::Css("html:not([id=left]) :is(.foot, .console main)");
        self.client.wait().for_element(next).await.unwrap();
        let whole = "return document.readyState === 'complete'";
        while self.client.execute(whole, vec![]).await.unwrap() != true {}
    }

    /// The same of a button whose page leads away from us.
    pub(super) async fn press_without_waiting(&self, words: &str) {
        let button = format!("//button[normalize-space()='{words}']");
        self.client.find(Locator::XPath(&button)).await.unwrap().click().await.unwrap();
    }

    /// Goes where a link leads, by its words.
    pub(super) async fn follows(&self, words: &str) {
        self.client.execute("document.documentElement.id = 'left'", vec![]).await.unwrap();
        let link = format!("//a[normalize-space()='{words}']");
        self.client.find(Locator::XPath(&link)).await.unwrap().click().await.unwrap();
        self.arrives().await;
    }

    /// Chooses one of several.
    pub(super) async fn ticks(&self, name: &str, value: &str) {
        let choice = format!("input[name={name}][value='{value}']");
        self.client.find(Locator::Css(&choice)).await.unwrap().click().await.unwrap();
    }

    /// Opens whatever asks before it harms.
    pub(super) async fn opens_all(&self) {
        let open = "for (const one of document.querySelectorAll('details')) one.open = true";
        self.client.execute(open, vec![]).await.unwrap();
    }

    pub(super) async fn types(&self, name: &str, text: &str) {
        let field = self.client.find(Locator::Css(&format!("input[name={name}]"))).await.unwrap();
        field.send_keys(text).await.unwrap();
    }

    /// Writes into a field of several lines.
    pub(super) async fn writes(&self, name: &str, text: &str) {
        let field = self.client.find(Locator::Css(&format!("textarea[name='{name}']"))).await.unwrap();
        field.send_keys(text).await.unwrap();
    }

    /// What a person can read, as it is laid out.
    pub(super) async fn reads(&self) -> String {
        self.client.find(Locator::Css("body")).await.unwrap().text().await.unwrap()
    }

    #[track_caller]
    pub(super) fn sees<'a>(&'a self, text: &'a str) -> impl Future<Output = ()> + 'a {
        let place = std::panic::Location::caller();
        async move {
            let page = self.reads().await;
            assert!(page.contains(text), "{place}: {text} is not on the page:\n{page}");
        }
    }

    /// The page in each width, light and dark, below `target/screenshots/`; no width may need to scroll sideways.
    pub(super) async fn keeps_pictures(&self, name: &str) {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/screenshots");
        fs::create_dir_all(&folder).unwrap();
        for width in WIDTHS {
            let wide = self.lays_out(width, 800).await["scrollWidth"].as_u64().unwrap();
            assert!(wide <= u64::from(width), "{name} is {wide} wide at {width}");
            for scheme in ["light", "dark"] {
                // Without motion, so that no picture is taken between two colours.
                let features = json!([
                    { "name": "prefers-color-scheme", "value": scheme },
                    { "name": "prefers-reduced-motion", "value": "reduce" },
                ]);
                self.devtools("Emulation.setEmulatedMedia", json!({ "features": features })).await;
                let picture = self.devtools("Page.captureScreenshot", json!({ "captureBeyondViewport": true })).await;
                let file = folder.join(format!("{name}-{width}-{scheme}.png"));
                fs::write(file, decoded(picture["data"].as_str().unwrap())).unwrap();
            }
        }
        self.devtools("Emulation.clearDeviceMetricsOverride", json!({})).await;
        self.devtools("Emulation.setEmulatedMedia", json!({ "features": [] })).await;
    }

    /// Gives the page this size, then the height that it needs; says how large it is.
    async fn lays_out(&self, width: u32, height: u32) -> Value {
        let metrics =
            |height: u64| json!({ "width": width, "height": height, "deviceScaleFactor": 1, "mobile": false });
        self.devtools("Emulation.setDeviceMetricsOverride", metrics(height.into())).await;
        let measure = "const e = document.documentElement;\
            return { scrollWidth: e.scrollWidth, scrollHeight: e.scrollHeight }";
        let size = self.client.execute(measure, vec![]).await.unwrap();
        let needed = size["scrollHeight"].as_u64().unwrap();
        self.devtools("Emulation.setDeviceMetricsOverride", metrics(needed)).await;
        size
    }

    async fn devtools(&self, cmd: &'static str, params: Value) -> Value {
        self.client.issue_cmd(DevTools { cmd, params }).await.unwrap()
    }
}

impl WebDriverCompatibleCommand for DevTools {
    fn endpoint(&self, base: &Url, session: Option<&str>) -> Result<Url, ParseError> {
        base.join(&format!("session/{}/goog/cdp/execute", session.unwrap_or_default()))
    }

    fn method_and_body(&self, _: &Url) -> (http::Method, Option<String>) {
        (http::Method::POST, Some(json!({ "cmd": self.cmd, "params": self.params }).to_string()))
    }
}

fn decoded(base64: &str) -> Vec<u8> {
    use base64::{Engine, engine::general_purpose::STANDARD};
    STANDARD.decode(base64).unwrap()
}
