//! Where a request comes from: the address of the peer, or what a trusted proxy says about it.

use std::net::IpAddr;

use actix_web::HttpRequest;

/// The client's address. `X-Forwarded-For` counts only when the peer is one of the configured proxies, and then its
/// last entry that is not itself such a proxy: everything before that was written by the client.
pub fn client(req: &HttpRequest, trusted_proxies: &[IpAddr]) -> IpAddr {
    let peer = req.peer_addr().map_or(IpAddr::from([0, 0, 0, 0]), |address| address.ip());
    let forwarded = req.headers().get_all("x-forwarded-for").filter_map(|value| value.to_str().ok());
    seen_through(peer, forwarded, trusted_proxies)
}

fn seen_through<'a>(peer: IpAddr, forwarded: impl Iterator<Item = &'a str>, trusted: &[IpAddr]) -> IpAddr {
    if !trusted.contains(&peer) {
        return peer;
    }
    let entries: Vec<&str> = forwarded.flat_map(|line| line.split(',')).map(str::trim).collect();
    let hops = entries.iter().rev().map_while(|entry| entry.parse().ok());
    let mut farthest = peer;
    for hop in hops {
        farthest = hop;
        if !trusted.contains(&hop) {
            break;
        }
    }
    farthest
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ip(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    #[test]
    fn a17_a_direct_client_cannot_choose_its_address() {
        let said = ["1.2.3.4"].into_iter();
        assert_eq!(seen_through(ip("203.0.113.9"), said, &[ip("10.0.0.1")]), ip("203.0.113.9"));
    }

    #[test]
    fn a17_a_trusted_proxy_is_believed_for_the_last_hop_only() {
        let said = ["6.6.6.6, 198.51.100.7, 10.0.0.2"].into_iter();
        assert_eq!(seen_through(ip("10.0.0.1"), said, &[ip("10.0.0.1"), ip("10.0.0.2")]), ip("198.51.100.7"));
    }
}
