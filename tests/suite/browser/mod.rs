//! What only a real browser can tell: Chromium, driven through `WebDriver` where `SIGNET_TEST_WEBDRIVER` names one.

mod account;
mod admin;
mod chromium;
mod playground;
