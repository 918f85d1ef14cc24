//! A `User-Agent` in plain words.

/// What a person would call it, in the order in which it has to be looked for: every browser claims to be another, too.
const BROWSERS: &[(&str, &str)] = &[
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser", "Samsung Internet"),
    ("Firefox", "Firefox"),
    ("FxiOS", "Firefox"),
    ("CriOS", "Chrome"),
    ("Chrome", "Chrome"),
    ("Safari", "Safari"),
];

const SYSTEMS: &[(&str, &str)] = &[
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("Macintosh", "Mac"),
    ("CrOS", "ChromeOS"),
    ("Linux", "Linux"),
];

/// `Firefox on Windows`; the first word of a program that is no browser.
pub(in crate::http) fn words(agent: Option<&str>) -> String {
    let agent = agent.unwrap_or_default();
    let find =
        |list: &[(&str, &'static str)]| list.iter().find(|(sign, _)| agent.contains(sign)).map(|(_, name)| *name);
    match (find(BROWSERS), find(SYSTEMS)) {
        (Some(browser), Some(system)) => format!("{browser} on {system}"),
        (Some(browser), None) => browser.to_owned(),
        (None, system) => other(agent, system),
    }
}

fn other(agent: &str, system: Option<&str>) -> String {
    let program: String = agent.split(['/', ' ', '(']).next().unwrap_or_default().chars().take(40).collect();
    match (program.as_str(), system) {
        ("" | "Mozilla", Some(system)) => format!("A browser on {system}"),
        ("" | "Mozilla", None) => "Unknown device".to_owned(),
        (program, Some(system)) => format!("{program} on {system}"),
        (program, None) => program.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_browser_is_called_what_people_call_it() {
        let said = [
            ("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", "Firefox on Linux"),
            (
                "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36",
                "Chrome on Windows",
            ),
            (
                "Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Safari/537.36 Edg/140.0",
                "Edge on Windows",
            ),
            (
                "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 Version/18.0 Mobile/15E148 Safari/604.1",
                "Safari on iPhone",
            ),
            ("curl/8.14.1", "curl"),
            ("Acme-Sync/2.1 (Android 15)", "Acme-Sync on Android"),
            ("Mozilla/5.0 (Windows NT 10.0)", "A browser on Windows"),
            ("", "Unknown device"),
        ];
        for (agent, words_for_it) in said {
            assert_eq!(words(Some(agent)), words_for_it);
        }
        assert_eq!(words(None), "Unknown device");
    }
}
