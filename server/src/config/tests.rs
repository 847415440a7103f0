use std::path::Path;

use super::*;

fn load(folder: &Path, environment: &[(&str, &str)]) -> anyhow::Result<Config> {
    let place = Place { data: folder.to_owned(), config: None };
    let environment = environment.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect();
    Config::load(&Layers { place: &place, environment: &environment, listen: None })
}

#[test]
fn later_layers_win() {
    let folder = tempfile::tempdir().unwrap();
    assert_eq!(load(folder.path(), &[]).unwrap().runner.concurrency_max, 256);
    let file = "[runner]\nconcurrency_max = 8\ncode_processes_max = 2\n[log]\nformat = 'json'\n";
    std::fs::write(folder.path().join(FILE_NAME), file).unwrap();
    let variables = [
        ("MARQUETRY__RUNNER__CONCURRENCY_MAX", "9"),
        ("MARQUETRY__EGRESS__ALLOW_HOSTS", "erp.local,*.example.com"),
        ("DATABASE_URL", "postgres://marquetry:canary@db/marquetry"),
        ("MARQUETRY_MASTER_KEY", "not part of the configuration"),
    ];
    let config = load(folder.path(), &variables).unwrap();
    assert_eq!(config.runner.concurrency_max, 9);
    assert_eq!(config.runner.code_processes_max, 2);
    assert_eq!(config.log.format, LogFormat::Json);
    assert_eq!(config.egress.allow_hosts, ["erp.local", "*.example.com"]);
    assert!(!config.database_url().unwrap().unwrap().is_sqlite());
}

#[test]
fn what_is_printed_can_be_read_again_and_holds_no_secret() {
    let folder = tempfile::tempdir().unwrap();
    let variables = [
        ("DATABASE_URL", "postgres://marquetry:canary@db/marquetry"),
        ("MARQUETRY__SMS__GATEWAY_TOKEN", "canary:canary"),
        ("MARQUETRY__LOGIN__OIDC__ISSUER", "https://id.example.com/acme"),
        ("MARQUETRY__LOGIN__OIDC__CLIENT_ID", "marquetry"),
        ("MARQUETRY__LOGIN__OIDC__CLIENT_SECRET", "canary:canary"),
        ("MARQUETRY__LOGIN__OIDC__SCOPES", "openid,email"),
    ];
    let printed = load(folder.path(), &variables).unwrap().to_string();
    assert!(!printed.contains("canary"), "{printed}");
    assert!(printed.contains("# public_url is not set\n"), "{printed}");
    let nested = "\n[login.oidc]\nissuer = \"https://id.example.com/acme\"\n";
    assert!(printed.contains(nested) && printed.contains("[\"openid\",\"email\"]"), "{printed}");
    std::fs::write(folder.path().join(FILE_NAME), &printed).unwrap();
    assert_eq!(load(folder.path(), &variables).unwrap().to_string(), printed);
}

#[test]
fn every_problem_is_named() {
    let folder = tempfile::tempdir().unwrap();
    for (variables, expected) in [
        (vec![("MARQUETRY__SERVER__LISTNE", "x")], vec!["listne"]),
        (
            vec![
                ("MARQUETRY__SERVER__LISTEN", "nowhere"),
                ("MARQUETRY__SERVER__PUBLIC_URL", "ftp://x"),
                ("MARQUETRY__LOG__FILTER", "a=b=c"),
                ("MARQUETRY__RUNNER__CONCURRENCY_MAX", "0"),
                ("DATABASE_URL", "mysql://x"),
            ],
            vec![
                "server.listen",
                "server.public_url",
                "log.filter",
                "runner.concurrency_max",
                "storage.database_url",
            ],
        ),
        (
            vec![
                ("MARQUETRY__LOGIN__OIDC__ISSUER", "http://id.example.com"),
                ("MARQUETRY__LOGIN__OIDC__CLIENT_SECRET", ""),
                ("MARQUETRY__LOGIN__OIDC__SCOPES", "email"),
                ("MARQUETRY__LOGIN__OIDC__ALLOWED_DOMAINS", "example.com,@acme.test"),
                ("MARQUETRY__LOGIN__OIDC__CREATE_USERS", "true"),
                ("MARQUETRY__LOGIN__OIDC__NEW_USER_ROLE", "owner"),
            ],
            vec![
                "login.oidc.issuer",
                "login.oidc.client_id",
                "login.oidc.client_secret",
                "login.oidc.scopes",
                "login.oidc.allowed_domains",
                "login.oidc.new_user_role",
                "login.oidc.new_user_organization",
            ],
        ),
    ] {
        let error = format!("{:#}", load(folder.path(), &variables).unwrap_err());
        for name in expected {
            assert!(error.contains(name), "{name} is missing in: {error}");
        }
    }
}
