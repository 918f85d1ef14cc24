//! A grant: what a redeemed code left behind, and the family of its refresh tokens.

use std::fmt;

use super::{
    client::ClientId,
    ids::{SessionId, UserId},
    session::Methods,
    time::{Seconds, Timestamp},
};
use crate::protocol::{claims::ClaimsRequest, scope::Scope};

/// 128 random bits, carried by the code and then by every refresh token of the family. Never stored, logged or shown.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct FamilyId(pub [u8; 16]);

impl fmt::Debug for FamilyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("…")
    }
}

/// The digest of a [`FamilyId`]: the row's key, and the private claim of access tokens.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct GrantId(pub [u8; 16]);

/// One row for ever: rotation moves `generation`, revocation sets `revoked_at`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Grant {
    pub id: GrantId,
    pub client_id: ClientId,
    pub user_id: UserId,
    pub session_id: SessionId,
    pub binding: Binding,
    /// As first granted: a narrowed refresh does not narrow the family (RFC 6749 §6).
    pub scope: Scope,
    pub resources: Vec<String>,
    pub claims: ClaimsRequest,
    pub auth_time: Timestamp,
    pub methods: Methods,
    pub generation: i64,
    pub rotated_at: Timestamp,
    pub created_at: Timestamp,
    pub expires_at: Timestamp,
    pub revoked_at: Option<Timestamp>,
}

/// What ends a grant besides its own end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Binding {
    /// It dies with the browser session.
    Session,
    /// `offline_access`: it outlives the session.
    Offline,
}

/// The refresh token of one generation of a family.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct RefreshToken {
    pub family: FamilyId,
    pub generation: i64,
}

/// How the generation that was presented stands to the one in the row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Presented {
    /// The current one: rotate by compare-and-set.
    Current,
    /// The one before, within the grace time: the same successor again.
    Grace,
    /// Ahead of the row (a restored backup): accepted, the row is moved forward.
    Ahead,
    /// Anything older: somebody else has it, too.
    Reused,
}

impl Grant {
    pub fn is_live(&self, now: Timestamp) -> bool {
        self.revoked_at.is_none() && self.expires_at > now
    }

    /// Where a presented generation stands; a clock that went back counts as no time.
    pub fn judge(&self, generation: i64, now: Timestamp, grace: Seconds) -> Presented {
        if generation == self.generation {
            Presented::Current
        } else if generation > self.generation {
            Presented::Ahead
        } else if generation == self.generation.saturating_sub(1) && now.since(self.rotated_at) < grace {
            Presented::Grace
        } else {
            Presented::Reused
        }
    }
}

impl Binding {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Session => "session",
            Self::Offline => "offline",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        [Self::Session, Self::Offline].into_iter().find(|binding| binding.as_str() == text)
    }
}

/// How long grants live.
#[derive(Clone, Copy, Debug)]
pub struct GrantLifetime {
    pub idle: Seconds,
    pub absolute: Seconds,
}

impl GrantLifetime {
    /// The end of a grant that is used at `now`: idle time from now, never past its absolute end.
    pub fn end(self, created_at: Timestamp, now: Timestamp) -> Timestamp {
        now.plus(self.idle).min(created_at.plus(self.absolute))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const GRACE: Seconds = Seconds(10);

    /// A row, the time, and what a refresh makes of both.
    struct Family {
        grant: Grant,
        now: Timestamp,
    }

    /// What may happen to a family.
    #[derive(Clone, Copy, Debug)]
    enum Act {
        /// Time passes; a clock may go back, too.
        Wait(i64),
        /// Somebody presents the token so many generations before the newest.
        Present(i64),
        /// A backup that is so many generations old is restored.
        Restore(i64),
    }

    fn acts() -> impl Strategy<Value = Vec<Act>> {
        let act = prop_oneof![
            (-20_i64..40).prop_map(Act::Wait),
            (0_i64..4).prop_map(Act::Present),
            (0_i64..4).prop_map(Act::Restore),
        ];
        prop::collection::vec(act, 0..60)
    }

    impl Family {
        fn new() -> Self {
            let now = Timestamp::from_unix(1_800_000_000);
            let grant = Grant {
                id: GrantId([1; 16]),
                client_id: ClientId::parse("app").unwrap(),
                user_id: UserId::new(now, [1; 10]),
                session_id: SessionId::new(now, [1; 10]),
                binding: Binding::Offline,
                scope: Scope::default(),
                resources: Vec::new(),
                claims: ClaimsRequest::default(),
                auth_time: now,
                methods: Methods::PASSWORD,
                generation: 0,
                rotated_at: now,
                created_at: now,
                expires_at: now.plus(Seconds::days(180)),
                revoked_at: None,
            };
            Self { grant, now }
        }

        fn wait(&mut self, seconds: i64) {
            self.now = self.now.plus(Seconds(seconds));
        }

        /// The successor's generation; `None` is a refusal.
        fn present(&mut self, generation: i64) -> Option<i64> {
            if !self.grant.is_live(self.now) {
                return None;
            }
            match self.grant.judge(generation, self.now, GRACE) {
                Presented::Current | Presented::Ahead => {
                    self.grant.generation = generation + 1;
                    self.grant.rotated_at = self.now;
                    Some(self.grant.generation)
                }
                Presented::Grace => Some(self.grant.generation),
                Presented::Reused => {
                    self.grant.revoked_at = Some(self.now);
                    None
                }
            }
        }
    }

    proptest! {
        /// Whoever asks, and whenever: the successor of a generation is the next one, so no branch appears; and a
        /// refusal is for ever.
        #[test]
        fn a_family_has_one_line_of_descent(acts in acts()) {
            let (mut family, mut newest, mut dead) = (Family::new(), 0, false);
            for act in acts {
                match act {
                    Act::Wait(seconds) => family.wait(seconds),
                    Act::Restore(back) => family.grant.generation = (newest - back).max(0),
                    Act::Present(back) => {
                        let presented = (newest - back).max(0);
                        let before = family.grant.generation;
                        let successor = family.present(presented);
                        prop_assert!(successor.is_none_or(|next| next == presented + 1 && !dead));
                        prop_assert!(family.grant.generation >= before);
                        dead = dead || successor.is_none();
                        newest = newest.max(successor.unwrap_or(0));
                    }
                }
            }
        }

        /// Answers that are lost, clocks that jump, backups that are restored: whoever presents the newest token that
        /// reached him, again within the grace where no answer came, is never refused.
        #[test]
        fn an_honest_client_is_never_refused(
            rounds in prop::collection::vec((-1000_i64..10_000, prop::collection::vec(0_i64..5, 0..3), 0_i64..3), 0..40)
        ) {
            let (mut family, mut held) = (Family::new(), 0);
            for (pause, lost, restored) in rounds {
                family.wait(pause);
                family.grant.generation = (family.grant.generation - restored).max(0);
                // At most 8 seconds after the first try.
                for again_after in lost {
                    prop_assert_eq!(family.present(held), Some(held + 1));
                    family.wait(again_after);
                }
                prop_assert_eq!(family.present(held), Some(held + 1));
                held += 1;
            }
        }

        /// RFC 9700 §4.14.2: a thief and a client who take turns outside of the grace end the family at the first turn.
        #[test]
        fn two_holders_of_one_token_do_not_live_side_by_side(
            shared in 0_i64..5, turns in prop::collection::vec((any::<bool>(), 10_i64..10_000), 1..20)
        ) {
            let mut family = Family::new();
            for generation in 0..shared {
                family.present(generation);
            }
            let (mut held, first) = ([shared; 2], turns[0].0);
            for (at, (who, pause)) in turns.iter().enumerate() {
                family.wait(*pause);
                let holder = &mut held[usize::from(*who)];
                let successor = family.present(*holder);
                let alone = turns[..=at].iter().all(|(other, _)| *other == first);
                prop_assert_eq!(successor.is_some(), alone);
                *holder = successor.unwrap_or(*holder);
            }
        }

        /// The grace is for the generation just before, from its rotation on, and for no other.
        #[test]
        fn the_grace_is_for_one_generation_and_one_time(generation in 1_i64..1000, back in 0_i64..5, passed in -50_i64..50) {
            let mut family = Family::new();
            family.grant.generation = generation;
            family.wait(passed);
            let expected = match back {
                0 => Presented::Current,
                1 if passed < GRACE.0 => Presented::Grace,
                _ => Presented::Reused,
            };
            prop_assert_eq!(family.grant.judge(generation - back, family.now, GRACE), expected);
            prop_assert_eq!(family.grant.judge(generation + 1 + back, family.now, GRACE), Presented::Ahead);
        }

        /// A token may carry any number under a MAC of ours: none makes the arithmetic overflow.
        #[test]
        fn every_generation_is_judged(row: i64, presented: i64, seconds: i64) {
            let mut family = Family::new();
            family.grant.generation = row;
            let judged = family.grant.judge(presented, Timestamp::from_unix(seconds), GRACE);
            prop_assert_eq!(judged == Presented::Current, presented == row);
            prop_assert_eq!(judged == Presented::Ahead, presented > row);
        }

        #[test]
        fn a_grant_ends_after_its_idle_time_and_never_after_its_absolute_end(
            idle in 1_i64..1_000_000, absolute in 1_i64..1_000_000, used in 0_i64..2_000_000
        ) {
            let lifetime = GrantLifetime { idle: Seconds(idle), absolute: Seconds(absolute) };
            let created = Timestamp::from_unix(1_800_000_000);
            let end = lifetime.end(created, created.plus(Seconds(used)));
            prop_assert_eq!(end.since(created).0, absolute.min(used + idle));
        }
    }
}
