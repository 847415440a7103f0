//! Credentials and the header they become.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use flow::Value;

use crate::{Connection, Grant, Input, InputKind, StepError};

pub fn all() -> Vec<Connection> {
    vec![
        Connection {
            key: "apiKey",
            label: "API Key",
            comments: "A key sent in the Authorization header.",
            grant: None,
            inputs: vec![
                Input::new("apiKey", "API key")
                    .kind(InputKind::Password)
                    .comments("The key the service gave out.")
                    .required(),
                Input::new("scheme", "Scheme")
                    .comments("The word before the key.")
                    .choices(&["Bearer", "Basic"])
                    .default("Bearer")
                    .aliases(&["authorizationMethod", "headerScheme"]),
            ],
        },
        Connection {
            key: "basic",
            label: "Basic Username/Password",
            comments: "User name and password.",
            grant: None,
            inputs: vec![
                Input::new("username", "User name").comments("Who signs in.").required(),
                Input::new("password", "Password")
                    .kind(InputKind::Password)
                    .comments("The password of this user.")
                    .required(),
            ],
        },
        Connection {
            key: "authorizationCode",
            label: "OAuth 2.0 Authorization Code",
            comments: "A user consents in the browser.",
            grant: Some(Grant::AuthorizationCode),
            inputs: [&AUTHORIZE[..], &OAUTH2[..]].concat(),
        },
        Connection {
            key: "clientCredentials",
            label: "OAuth 2.0 Client Credentials",
            comments: "An application acts for itself.",
            grant: Some(Grant::ClientCredentials),
            inputs: OAUTH2.to_vec(),
        },
    ]
}

const AUTHORIZE: [Input; 5] = [
    Input::new("authorizeUrl", "Authorize URL").comments("Where the user consents.").required(),
    Input::new("refreshUrl", "Refresh URL")
        .comments("Where tokens are renewed, if not at the token URL.")
        .hidden(),
    Input::new("revokeUrl", "Revoke URL").comments("Where tokens are given back.").hidden(),
    Input::new("pkceMethod", "PKCE method")
        .comments("How the one who redeems a code proves to be the one who asked for it.")
        .choices(&["none", "S256", "plain"])
        .hidden(),
    Input::new("authorizeParameters", "Authorize parameters")
        .comments("More parameters of the authorize URL.")
        .key_value_list()
        .hidden(),
];

const OAUTH2: [Input; 9] = [
    Input::new("tokenUrl", "Token URL").comments("Where tokens are handed out.").required(),
    Input::new("scopes", "Scopes").comments("Permissions to ask for, separated by spaces."),
    Input::new("clientId", "Client ID").comments("Names the application.").required(),
    Input::new("clientSecret", "Client secret")
        .kind(InputKind::Password)
        .comments("The application's own password.")
        .required(),
    Input::new("headers", "Headers")
        .comments("Headers to send with token requests.")
        .key_value_list()
        .hidden(),
    Input::new("tokenParameters", "Token parameters")
        .comments("More parameters of token requests.")
        .key_value_list()
        .hidden(),
    Input::new("clientAuthentication", "Client authentication")
        .comments("Where token requests say which application asks.")
        .choices(&["body", "header"])
        .hidden(),
    Input::new("scopeSeparator", "Scope separator")
        .comments("What stands between scopes, if not a space.")
        .hidden(),
    Input::new("tokenPath", "Token path")
        .comments("Where in its answer the provider puts the token, as keys with dots between.")
        .hidden(),
];

/// The value of the Authorization header for a connection.
pub fn authorization(connection: &Value) -> Result<String, StepError> {
    let token = || connection.get("token")?.get("access_token").filter(|token| !token.is_null());
    if let Some(token) = token() {
        return Ok(format!("Bearer {}", token.to_text()));
    }
    let fields = connection.get("fields");
    let field = |key| fields.and_then(|fields| fields.get(key)).filter(|field| !field.is_null());
    if let Some(user) = field("username") {
        let password = field("password").map(Value::to_text).unwrap_or_default();
        let pair = BASE64_STANDARD.encode(format!("{}:{password}", user.to_text()));
        return Ok(format!("Basic {pair}"));
    }
    if let Some(key) = field("apiKey") {
        let scheme = field("scheme").map(Value::to_text).filter(|scheme| !scheme.is_empty());
        return Ok(format!("{} {}", scheme.as_deref().unwrap_or("Bearer"), key.to_text()));
    }
    Err(StepError::new(
        "The connection holds no credentials that an HTTP request can use; it may not be \
         authorized yet.",
    ))
}
