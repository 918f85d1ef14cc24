//! The chain when the sealing key is changed.

use signet::{
    app::{self, Migrate},
    crypto::seal::SealingRing,
    domain::{audit::End, secret::Secret},
    services::{
        audit::{self, Break, Finding},
        core::Core,
    },
};

use super::{Log, is_broken, write};

/// A node of the same installation with these keys, the one that seals first.
fn node(log: &Log, keys: &[&str]) -> Core {
    let mut settings = log.core().settings.clone();
    settings.keys.sealing_key = Some(Secret::new(keys.join("\n")));
    app::open(settings, log.core().clock.clone(), Migrate::Always).unwrap()
}

fn old(log: &Log) -> String {
    log.core().settings.keys.sealing_key.as_ref().unwrap().reveal().clone()
}

fn new() -> String {
    SealingRing::generate().reveal().replace("\n1 ", "\n2 ")
}

#[tokio::test]
async fn entries_of_a_key_that_is_gone_are_not_called_altered() {
    let mut log = Log::of(3).await;
    let (old, new) = (old(&log), new());
    let both = node(&log, &[&new, &old]);
    assert!(audit::is_due(&both).unwrap(), "the ends are marked anew before the old key goes");
    assert_eq!(audit::chain(&both).unwrap(), 0);
    assert!(!audit::is_due(&both).unwrap());
    for number in 0..3 {
        write(&both, &format!("of the new key, {number}"));
    }
    assert_eq!(audit::chain(&both).unwrap(), 3);
    let verdict = audit::verify(&both).await.unwrap();
    assert_eq!((verdict.finding, verdict.verified, verdict.key_gone), (Finding::Intact, 6, 0));

    let later = node(&log, &[&new]);
    let verdict = audit::verify(&later).await.unwrap();
    assert_eq!((verdict.finding, verdict.verified, verdict.key_gone), (Finding::Intact, 3, 3));
    write(&later, "it goes on");
    assert_eq!(audit::chain(&later).unwrap(), 1);

    // A link that only says that its key is gone does not fit what comes behind it.
    log.tables.execute(
        "UPDATE audit_events SET link = (SELECT link FROM audit_events WHERE position = 2) WHERE position = 3",
    );
    let found = audit::verify(&later).await.unwrap().finding;
    assert_eq!(found, Finding::Broken { position: 4, how: Break::Altered });
}

#[tokio::test]
async fn ends_of_a_key_that_is_gone_are_neither_believed_nor_called_altered() {
    let log = Log::of(3).await;
    let (old, new) = (old(&log), new());
    // The database learns that the new key seals now, and nothing is chained meanwhile.
    drop(node(&log, &[&new, &old]));
    let later = node(&log, &[&new]);
    assert_eq!(audit::verify(&later).await.unwrap().finding, Finding::Unknown(End::Start));
    write(&later, "waits");
    assert!(is_broken(&audit::chain(&later), "is gone"));
    let at = later.clock.now().plus(signet::domain::time::Seconds(9));
    assert!(is_broken(&audit::shorten(&later, at, 9), "not whole"));

    // With the key, all is as it was.
    let restored = node(&log, &[&new, &old]);
    assert_eq!(audit::chain(&restored).unwrap(), 1);
    assert_eq!(audit::verify(&node(&log, &[&new])).await.unwrap().finding, Finding::Intact);
}
