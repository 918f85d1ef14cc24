//! What a finished letter looks like.

use super::*;
use crate::domain::letter::Content;

const ISSUER: &str = "https://login.example.com/auth";
const LINK: &str = "https://login.example.com/auth/account/reset?token=abc&x=1";

fn issuer() -> Issuer {
    Issuer::parse(ISSUER).unwrap()
}

fn mailer() -> Mailer {
    Mailer::new(&MailSettings::default(), &issuer()).unwrap()
}

fn id() -> LetterId {
    LetterId::new(Timestamp::from_unix(1_767_958_200), [7; 10])
}

fn letter(name: Option<&str>, content: Content) -> Letter {
    Letter { to: "alice@example.com".to_owned(), name: name.map(str::to_owned), content }
}

fn reset() -> Content {
    Content::ResetPassword { link: LINK.to_owned(), minutes: 30 }
}

fn confirm() -> Content {
    Content::ConfirmEmail { code: "123456".to_owned(), link: LINK.to_owned(), minutes: 15 }
}

fn written(letter: &Letter) -> Result<Written, MailError> {
    mailer().message(&id(), letter, Timestamp::from_unix(1_767_958_200))
}

fn formatted(letter: &Letter) -> String {
    String::from_utf8(written(letter).unwrap().message.formatted()).unwrap()
}

fn rendered(letter: &Letter) -> render::Body {
    render::body(letter, &mailer().from, &issuer()).unwrap()
}

/// One of each.
fn every() -> Vec<Content> {
    let link = || LINK.to_owned();
    vec![
        confirm(),
        Content::AlreadyRegistered { sign_in: link(), reset: link() },
        reset(),
        Content::Invitation {
            link: "https://id.example/account/invitation?token=abc".to_owned(),
            time: "7 days".to_owned(),
        },
        Content::PasswordChanged { reset: link() },
        Content::EmailChanged { new_email: "new@example.com".to_owned() },
        Content::EmailChangeAsked { new_email: "new@example.com".to_owned(), reset: link() },
        Content::ProviderLinked { provider: "Microsoft".to_owned() },
        Content::ProviderUnlinked { provider: "Microsoft".to_owned() },
        Content::SecondFactorGuessed { reset: link() },
        Content::SecondFactorOn,
        Content::SecondFactorOff,
        Content::ApiKeyCreated { key: "build <server>".to_owned() },
    ]
}

/// RFC 5322 §3.6, RFC 3834 §5, RFC 2046 §5.1.4.
#[test]
fn a_letter_says_who_when_and_that_no_person_wrote_it() {
    let text = formatted(&letter(Some("Alice Moreau"), reset()));
    for header in [
        "From: Signet <no-reply@login.example.com>\r\n",
        "To: \"Alice Moreau\" <alice@example.com>\r\n",
        "Subject: Choose a new password\r\n",
        "Date: Fri, 09 Jan 2026 11:30:00 +0000\r\n",
        "Message-ID: <ltr_0069",
        "@login.example.com>\r\n",
        "Auto-Submitted: auto-generated\r\n",
        "MIME-Version: 1.0\r\n",
        "Content-Type: multipart/alternative;",
        "Content-Type: text/plain; charset=utf-8\r\n",
        "Content-Type: text/html; charset=utf-8\r\n",
    ] {
        assert!(text.contains(header), "{header}: {text}");
    }
}

/// A duplicate can be told by it, and it names nobody.
#[test]
fn a_letter_that_is_sent_twice_has_one_id() {
    let of = |minute: i64| {
        let at = Timestamp::from_unix(1_767_958_200 + 60 * minute);
        let sent = mailer().message(&id(), &letter(None, reset()), at).unwrap();
        let text = String::from_utf8(sent.message.formatted()).unwrap();
        text.lines().find(|line| line.starts_with("Message-ID")).unwrap().to_owned()
    };
    assert_eq!(of(0), of(5));
}

#[test]
fn every_letter_says_the_same_in_text_and_in_html() {
    for content in every() {
        let body = rendered(&letter(Some("Alice"), content.clone()));
        let html = body.html.replace("&#38;", "&").replace("&#60;", "<").replace("&#62;", ">");
        let told: Vec<&str> = match &content {
            Content::ConfirmEmail { code, link, .. } => vec![code, link, "15 minutes"],
            Content::AlreadyRegistered { sign_in, reset } => vec![sign_in, reset],
            Content::ResetPassword { link, .. } => vec![link, "30 minutes"],
            Content::Invitation { link, .. } => vec![link, "7 days"],
            Content::PasswordChanged { reset } => vec![reset],
            Content::EmailChanged { new_email } => vec![new_email],
            Content::EmailChangeAsked { new_email, reset } => vec![new_email, reset],
            Content::ProviderLinked { provider } => vec![provider, "added"],
            Content::ProviderUnlinked { provider } => vec![provider, "removed"],
            Content::SecondFactorGuessed { reset } => vec![reset, "wrong codes"],
            Content::SecondFactorOn => vec!["switched on"],
            Content::SecondFactorOff => vec!["switched off"],
            Content::ApiKeyCreated { key } => vec![key],
        };
        for part in told.into_iter().chain(["Hello", "Signet", ISSUER]) {
            assert!(body.text.contains(part), "{part}: {}", body.text);
            assert!(html.contains(part), "{part}: {}", body.html);
        }
        for strange in ["{{", "{%", "&#", "<p>"] {
            assert!(!body.text.contains(strange), "{strange}: {}", body.text);
        }
        assert!(body.text.lines().all(|line| line.len() <= 998), "RFC 5322 §2.1.1");
    }
}

/// Whoever asks a mail program to load something tells when and where a letter was read.
#[test]
fn a_letter_loads_nothing_and_runs_nothing() {
    for content in every() {
        let html = rendered(&letter(None, content)).html;
        for way in ["<img", "<script", "<link", "<iframe", "<style", "url(", "src=", "@import", "<build"] {
            assert!(!html.contains(way), "{way}: {html}");
        }
    }
}

/// Each is alone on its line, so that mail programs, and people, see where it ends.
#[test]
fn codes_and_links_stand_alone_on_their_lines() {
    let text = rendered(&letter(None, confirm())).text;
    assert!(text.lines().any(|line| line.trim() == "123456"), "{text}");
    assert!(text.lines().any(|line| line == LINK), "{text}");
    assert!(text.starts_with("Hello,\n\nYour confirmation code is:\n\n    123456\n\nEnter"), "{text}");
    assert!(text.ends_with("\n\nSignet\nhttps://login.example.com/auth\n"), "{text}");
}

#[test]
fn an_address_cannot_bring_a_header_or_another_recipient() {
    for to in [
        "alice@example.com\r\nBcc: eve@evil.example",
        "alice@example.com, eve@evil.example",
        "Alice <alice@example.com>",
        "alice@example.com>\r\nRCPT TO:<eve@evil.example",
        "alice",
        "",
    ] {
        let refused = written(&Letter { to: to.to_owned(), ..letter(None, reset()) });
        assert!(matches!(refused, Err(MailError::NoAddress)), "{to}");
    }
}

#[test]
fn a_name_cannot_bring_a_header_or_an_advertisement() {
    for name in
        ["Alice\r\nBcc: eve@evil.example", "Win at evil.example", "http://evil", "a@b", "", "  ", &"x".repeat(61)]
    {
        let text = formatted(&letter(Some(name), reset()));
        assert!(text.contains("\r\nTo: alice@example.com\r\n") && text.contains("Hello,"), "{name}: {text}");
        assert!(!text.contains("evil"), "{text}");
    }
    for name in ["Zoë O’Neil", "Jean-Luc", "李雷"] {
        assert!(rendered(&letter(Some(name), reset())).text.starts_with(&format!("Hello {name},")), "{name}");
    }
}

/// Strangers register other people's addresses, under names of their choice.
#[test]
fn an_address_that_nobody_has_proved_is_greeted_without_a_name() {
    for content in [confirm(), Content::AlreadyRegistered { sign_in: LINK.to_owned(), reset: LINK.to_owned() }] {
        let text = formatted(&letter(Some("Buy now"), content));
        assert!(!text.contains("Buy"), "{text}");
    }
}

#[test]
fn what_people_typed_stays_on_its_line_and_is_no_markup() {
    let key = "a\r\n\r\nVisit https://evil.example\u{7f}<b>".to_owned();
    let body = rendered(&letter(None, Content::ApiKeyCreated { key }));
    assert!(body.text.contains("    aVisit https://evil.example<b>\n"), "{}", body.text);
    assert!(body.html.contains("&#60;b&#62;") && !body.html.contains("<b>"), "{}", body.html);
}

#[test]
fn a_sender_that_is_no_address_is_told() {
    let settings = MailSettings { from_address: "nobody@-".to_owned(), ..MailSettings::default() };
    assert!(matches!(Mailer::new(&settings, &issuer()), Err(MailError::Misconfigured(_))));
}

mod folder {
    use std::{fs, os::unix::fs::PermissionsExt, path::Path};

    use super::*;

    async fn put(folder: &Path, to: &str, at: i64) {
        let settings = MailSettings { folder: folder.to_owned(), ..MailSettings::default() };
        let letter = Letter { to: to.to_owned(), ..letter(None, confirm()) };
        let mut mailer = Mailer::new(&settings, &issuer()).unwrap();
        mailer.send(&id(), &letter, Timestamp::from_unix(at)).await.unwrap();
    }

    #[tokio::test]
    async fn its_letters_are_read_newest_first() {
        let place = tempfile::tempdir().unwrap();
        let folder = place.path().join("a/outbox");
        assert_eq!(file::delivered(&folder, 9).unwrap(), [], "there is none yet");
        for (to, at) in [("a@example.com", 100), ("b@example.com", 200), ("c@example.com", 200)] {
            put(&folder, to, at).await;
        }
        fs::write(folder.join("stray.json"), "{}").unwrap();
        let found = file::delivered(&folder, 2).unwrap();
        assert_eq!(
            found.iter().map(|letter| letter.to.as_str()).collect::<Vec<_>>(),
            ["c@example.com", "b@example.com"]
        );
        assert!(found[0].text.contains("123456"));
        assert_eq!(found[0].subject, "Confirm your e-mail address");
    }

    #[tokio::test]
    async fn its_letters_are_for_their_owner_alone() {
        let place = tempfile::tempdir().unwrap();
        let folder = place.path().join("outbox");
        put(&folder, "a@example.com", 100).await;
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode(&folder), 0o700);
        let files: Vec<_> = fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()).collect();
        assert_eq!(files.len(), 2);
        assert!(files.iter().all(|file| mode(file) == 0o600));
        let eml = files.iter().find(|file| file.extension().unwrap() == "eml").unwrap();
        assert!(fs::read_to_string(eml).unwrap().contains("To: a@example.com\r\n"));
    }

    #[tokio::test]
    async fn a_folder_that_is_a_file_is_told() {
        let place = tempfile::NamedTempFile::new().unwrap();
        let settings = MailSettings { folder: place.path().to_owned(), ..MailSettings::default() };
        let mut mailer = Mailer::new(&settings, &issuer()).unwrap();
        assert!(matches!(mailer.check().await, Err(MailError::Misconfigured(_))));
        let sent = mailer.send(&id(), &letter(None, reset()), Timestamp::from_unix(100)).await;
        assert!(matches!(sent, Err(MailError::Away(_))));
    }
}
