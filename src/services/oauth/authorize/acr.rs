//! Whether a session is as good as the application asks: demanded by the `claims` parameter, or wished for by `acr_values`.

use crate::{
    domain::session::{ACR_FEDERATED, ACR_PASSWORD, ACR_TWO_FACTORS},
    protocol::{claims::ClaimsRequest, params::Params},
    services::factors::Demand,
};

/// What the session says against what was asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Standing {
    Enough,
    /// A new sign-in can reach it.
    Reachable,
    /// The application has to be told (OpenID Connect Unmet Authentication Requirements §2).
    Unmet,
}

/// Of a session with `acr`, whose user a new sign-in would ask for `demand` after the first factor.
pub(super) fn judge(claims: &ClaimsRequest, params: &Params, acr: &str, demand: Demand) -> Standing {
    let reachable = |wanted: &[String]| wanted.iter().any(|acr| can_reach(acr, demand));
    match claims.essential_acrs() {
        Some(wanted) if wanted.iter().any(|wanted| wanted == acr) => Standing::Enough,
        Some(wanted) if reachable(&wanted) => Standing::Reachable,
        Some(_) => Standing::Unmet,
        // A wish is worth a step that the user can take, and no more (OpenID Connect Core §3.1.2.1).
        None if acr != ACR_TWO_FACTORS && wishes(params) && demand == Demand::Code => Standing::Reachable,
        None => Standing::Enough,
    }
}

/// Whether anything was asked for at all: most requests ask for nothing, and cost no query.
pub(super) fn asks(claims: &ClaimsRequest, params: &Params) -> bool {
    claims.essential_acrs().is_some() || wishes(params)
}

fn can_reach(acr: &str, demand: Demand) -> bool {
    match demand {
        Demand::Nothing => [ACR_PASSWORD, ACR_FEDERATED].contains(&acr),
        Demand::Code | Demand::Enrolment => acr == ACR_TWO_FACTORS,
    }
}

/// The values stand in order of preference: only the first one is worth asking somebody for.
fn wishes(params: &Params) -> bool {
    let values = params.get("acr_values").unwrap_or_default();
    values.split_ascii_whitespace().next() == Some(ACR_TWO_FACTORS)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn judged(claims: &str, query: &str, acr: &str, demand: Demand) -> Standing {
        let claims = if claims.is_empty() { ClaimsRequest::default() } else { ClaimsRequest::parse(claims).unwrap() };
        judge(&claims, &Params::parse(query.as_bytes()).unwrap(), acr, demand)
    }

    const TWO: &str = r#"{"id_token":{"acr":{"essential":true,"value":"urn:signet:acr:2fa"}}}"#;
    const ONE: &str = r#"{"id_token":{"acr":{"essential":true,"value":"urn:signet:acr:password"}}}"#;

    #[test]
    fn what_was_not_asked_for_is_enough() {
        for acr in [ACR_PASSWORD, ACR_FEDERATED, ACR_TWO_FACTORS] {
            assert_eq!(judged("", "", acr, Demand::Code), Standing::Enough);
        }
    }

    #[test]
    fn a_demand_is_met_by_its_very_value_or_by_a_sign_in_that_gives_it() {
        assert_eq!(judged(TWO, "", ACR_TWO_FACTORS, Demand::Code), Standing::Enough);
        assert_eq!(judged(TWO, "", ACR_PASSWORD, Demand::Code), Standing::Reachable);
        assert_eq!(judged(TWO, "", ACR_PASSWORD, Demand::Enrolment), Standing::Reachable);
        assert_eq!(judged(TWO, "", ACR_PASSWORD, Demand::Nothing), Standing::Unmet);
        assert_eq!(judged(ONE, "", ACR_PASSWORD, Demand::Nothing), Standing::Enough);
        assert_eq!(judged(ONE, "", ACR_TWO_FACTORS, Demand::Nothing), Standing::Reachable);
        assert_eq!(judged(ONE, "", ACR_TWO_FACTORS, Demand::Code), Standing::Unmet);
    }

    #[test]
    fn a_wish_asks_nobody_for_what_they_do_not_have() {
        let wish = "acr_values=urn:signet:acr:2fa%20urn:signet:acr:password";
        assert_eq!(judged("", wish, ACR_PASSWORD, Demand::Code), Standing::Reachable);
        assert_eq!(judged("", wish, ACR_PASSWORD, Demand::Nothing), Standing::Enough);
        assert_eq!(judged("", wish, ACR_TWO_FACTORS, Demand::Code), Standing::Enough);
        let second = "acr_values=urn:signet:acr:password%20urn:signet:acr:2fa";
        assert_eq!(judged("", second, ACR_PASSWORD, Demand::Code), Standing::Enough);
    }
}
