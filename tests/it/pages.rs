//! What a browser gets.

use crate::harness::TestApp;

/// The page that explores the API comes with everything it needs.
#[tokio::test]
async fn graphiql_needs_nobody_else() {
    let app = TestApp::start().await;
    let nobody = app.anonymous();
    let page = nobody.get(&format!("{}/graphiql", app.url())).await;
    assert_eq!((page.status, page.header("content-type")), (200, "text/html; charset=utf-8"));
    assert!(!page.body.contains("https://"), "{}", page.body);
    for part in page.body.split('"').filter(|part| part.contains("assets/")) {
        let path = part.trim_start_matches("./").trim_start_matches('/');
        let asset = nobody.get(&format!("{}/{path}", app.url())).await;
        assert_eq!(asset.status, 200, "{path}");
        assert!(asset.header("cache-control").contains("immutable"), "{path}");
    }
    let missing = nobody.get(&format!("{}/assets/nothing.js", app.url())).await;
    assert_eq!(missing.status, 404);
}
