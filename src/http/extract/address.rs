//! Where a request comes from: forwarded headers count only from configured proxies.

use std::net::IpAddr;

use actix_web::HttpRequest;

use crate::config::{Settings, network::Network};

/// The nearest address that is not one of our proxies.
pub fn of(request: &HttpRequest, settings: &Settings) -> Option<IpAddr> {
    let proxies = &settings.http.trusted_proxies;
    let peer = request.peer_addr()?.ip();
    let lines = request.headers().get_all("x-forwarded-for").filter_map(|line| line.to_str().ok());
    let forwarded: Vec<_> = lines.flat_map(|line| line.split(',')).map(str::trim).collect();
    Some(nearest(peer, &forwarded, proxies))
}

/// Proxies add at the right end, so that is read first; what stands left of a stranger is the stranger's word.
fn nearest(peer: IpAddr, forwarded: &[&str], proxies: &[Network]) -> IpAddr {
    let trusted = |address: IpAddr| proxies.iter().any(|network| network.contains(address));
    let mut address = peer;
    for hop in forwarded.iter().rev() {
        if !trusted(address) {
            break;
        }
        // What a proxy wrote and we cannot read leaves the proxy's own address: no limit is lost.
        let Ok(next) = hop.parse() else { break };
        address = next;
    }
    address
}

#[cfg(test)]
mod tests {
    use super::*;

    fn from(peer: &str, forwarded: &[&str], proxies: &[&str]) -> String {
        let proxies: Vec<Network> = proxies.iter().map(|text| Network::parse(text).unwrap()).collect();
        nearest(peer.parse().unwrap(), forwarded, &proxies).to_string()
    }

    #[test]
    fn a_strangers_forwarded_header_counts_for_nothing() {
        assert_eq!(from("203.0.113.9", &["10.0.0.1"], &[]), "203.0.113.9");
        assert_eq!(from("203.0.113.9", &["10.0.0.1"], &["192.0.2.0/24"]), "203.0.113.9");
    }

    #[test]
    fn behind_our_proxies_the_nearest_stranger_counts() {
        let proxies = ["10.0.0.0/8"];
        assert_eq!(from("10.0.0.1", &["203.0.113.9"], &proxies), "203.0.113.9");
        assert_eq!(from("10.0.0.1", &["127.0.0.1", "203.0.113.9", "10.0.0.2"], &proxies), "203.0.113.9");
    }

    #[test]
    fn a_hop_that_cannot_be_read_leaves_the_proxy() {
        let proxies = ["10.0.0.0/8"];
        assert_eq!(from("10.0.0.1", &["203.0.113.9:5678"], &proxies), "10.0.0.1");
    }
}
