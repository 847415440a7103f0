//! Many want the same token at the same time, and those who fetch it die.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use reqwest::Url;

use super::provider::Provider;
use super::{Story, call, instance_of, parameter, variable};
use crate::harness::{TestApp, TestProcess, definition, text};

const CALLS: usize = 1_000;
const KILLS: u64 = 5;
const CALLERS: usize = 8;

/// By then nobody holds what a dead server held.
const LEASE_ENDS: Duration = Duration::from_mins(2);

/// A token that is about to end is fetched once, however many calls and nodes need it.
#[tokio::test(flavor = "multi_thread")]
async fn many_calls_share_one_refresh() {
    let story = Story::connected().await;
    story.provider.behave(|manners| manners.thinks_for = Duration::from_millis(300));
    let env = story.app.env();
    let mut other = None;
    if !env.db.is_sqlite() {
        let url = story.database_url.clone();
        let clock = story.clock.clone();
        let second = TestApp::start_with(|options| {
            options.database_url = url;
            options.clock = clock;
        });
        other = Some(second.await);
    }
    // Nobody renews it in the background: it is used when it has 40 seconds left.
    story.mutate("updateOAuth2Connection", ", expiresIn: 100").await;
    story.clock.advance_seconds(60);
    let failed = Arc::new(AtomicUsize::new(0));
    let mut calls = tokio::task::JoinSet::new();
    for number in 0..CALLS {
        let (owner, instance, failed) =
            (story.owner.clone(), story.instance.clone(), failed.clone());
        let base = other.as_ref().filter(|_| number % 2 == 1).map(TestApp::url);
        let own = story.app.url();
        calls.spawn(async move {
            let url = instance.url("Fetch").to_owned();
            let url = base.map_or(url.clone(), |base| url.replace(&own, &base));
            let answer = owner.trigger(&url, &serde_json::json!({})).await;
            if answer.status >= 400 {
                failed.fetch_add(1, Ordering::Relaxed);
            }
        });
    }
    calls.join_all().await;
    assert_eq!(failed.load(Ordering::Relaxed), 0);
    assert_eq!(story.provider.asked("refresh_token").len(), 1);
    assert_eq!(story.provider.violations(), [""; 0]);
}

/// Nobody knows what a provider answered to a server that died. The next one asks again, which
/// providers forgive as long as nothing newer was used; nothing else is ever asked twice.
#[tokio::test(flavor = "multi_thread")]
async fn no_connection_is_lost_whatever_dies() {
    let provider = Provider::start().await;
    provider.behave(|manners| {
        manners.forgives = true;
        manners.thinks_for = Duration::from_millis(40);
        // Worn out after a second, so that nearly every call needs another.
        manners.expires_in = Some(2);
    });
    let mut server = TestProcess::start().await;
    let owner = server.init().await;
    let instance = instance_of(&owner, &provider, &definition("oauth2"), &[]).await;
    let url = Url::parse(&text(&variable(&owner, &instance, "Shop").await, "/authorizeUrl"));
    let state = parameter(&url.unwrap(), "state").unwrap();
    let back = format!("{}/oauth2/callback?code=a-code&state={state}", server.url());
    assert_eq!(owner.get(&back).await.status, 303);
    for life in 1..=KILLS {
        let until = Instant::now() + Duration::from_millis(2_500 + 331 * life);
        let mut callers = tokio::task::JoinSet::new();
        for _ in 0..CALLERS {
            let (http, url) = (owner.http().clone(), instance.url("Fetch").to_owned());
            callers.spawn(async move {
                while Instant::now() < until {
                    // The server may be gone; that is the point.
                    let _ = http.post(&url).json(&serde_json::json!({})).send().await;
                }
            });
        }
        tokio::time::sleep_until(until.into()).await;
        server.kill().await;
        callers.join_all().await;
        server.restart().await;
    }
    // A lease of the last life may still have to run out.
    let works = async { while call(&owner, &instance, "Fetch").await.0 >= 400 {} };
    tokio::time::timeout(LEASE_ENDS, works).await.expect("the connection works");
    assert_eq!(variable(&owner, &instance, "Shop").await["status"], "ACTIVE");
    assert_eq!(provider.violations(), [""; 0]);
    let refreshes = provider.asked("refresh_token").len();
    assert!(refreshes > 1, "only {refreshes} refreshes");
}
