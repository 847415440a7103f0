//! The published command line client against the real server.

use crate::harness::{Prism, TestApp};

#[tokio::test]
async fn a_person_finds_out_who_they_are() {
    let app = TestApp::start().await;
    let acme = app.organization("acme").await;
    let prism = Prism::new(&app.url(), &acme);
    let me = prism.ok(&["me"]).await;
    for line in
        [format!("Email: {}", acme.email), "Organization: acme".to_owned(), app.url().clone()]
    {
        assert!(me.contains(&line), "{line} is missing in: {me}");
    }
    let nobody = Prism::new(&app.url(), &app.anonymous());
    nobody.refused(&["me"]).await;
}
