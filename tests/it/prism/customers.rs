//! `prism customers:*`

use crate::harness::text;

use super::{column, shell};

/// Proves R184.
#[tokio::test]
async fn customers_are_managed() {
    let (_app, _acme, prism) = shell().await;
    let create = ["customers:create", "-n", "Initech", "-d", "Makes printers", "-e", "initech"];
    let id = prism.ok(&[&create[..], &["-l", "east", "-l", "large"]].concat()).await;
    let listed = prism.rows(&["customers:list", "-x"]).await;
    assert_eq!(column(&listed, "id"), [id.as_str()]);
    assert_eq!(column(&listed, "externalId"), ["initech"]);
    assert_eq!(column(&listed, "description"), ["Makes printers"]);
    let taken = prism.refused(&["customers:create", "-n", "Initech"]).await;
    assert!(taken.contains("name: "), "{taken}");

    // What is not given stays as it is.
    assert_eq!(prism.ok(&["customers:update", &id, "-n", "Initrode"]).await, id);
    let listed = prism.rows(&["customers:list", "-x"]).await;
    assert_eq!(column(&listed, "name"), ["Initrode"]);
    assert_eq!(column(&listed, "externalId"), ["initech"]);

    assert_eq!(prism.ok(&["customers:delete", &id]).await, "");
    assert!(prism.rows(&["customers:list"]).await.is_empty());
    let gone = prism.refused(&["customers:delete", &id]).await;
    assert!(gone.contains("not found"), "{gone}");
}

/// Proves R184.
#[tokio::test]
async fn users_of_a_customer_are_managed() {
    let (_app, acme, prism) = shell().await;
    let customer = acme.create_customer("Initech").await;
    let roles = prism.rows(&["customers:users:roles", "-x"]).await;
    let admin = roles.iter().find(|role| role["name"] == "Admin").expect("customers have admins");
    let role = text(admin, "/id");
    let user = prism
        .ok(&[
            "customers:users:create",
            "-c",
            &customer,
            "-r",
            &role,
            "-e",
            "ada@initech.test",
            "-n",
            "Ada",
        ])
        .await;
    let rename = ["customers:users:update", &user, "-n", "Ada L.", "-p", "+47 1"];
    assert_eq!(prism.ok(&rename).await, user);
    let users = prism.rows(&["customers:users:list", &customer, "-x"]).await;
    assert_eq!(column(&users, "id"), [user.as_str()]);
    assert_eq!(column(&users, "name"), ["Ada L."]);
    assert_eq!(column(&users, "email"), ["ada@initech.test"]);
    assert_eq!(column(&users, "role"), ["Admin"]);
    prism.ok(&["customers:users:delete", &user]).await;
    assert!(prism.rows(&["customers:users:list", &customer]).await.is_empty());
}
