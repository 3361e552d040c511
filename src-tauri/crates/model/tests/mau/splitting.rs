//! Direct, social, federated, linked.

use model::Username;
use model::mau::{SignInKind, Split};
use model::user::{User, UserStatus};
use rstest::rstest;

use SignInKind::{Direct, Federated, Linked, Social};

fn user(status: UserStatus, identities: Option<&str>) -> User {
    let identities = identities.map(|text| ("identities".to_owned(), text.to_owned()));
    let at = "2026-01-01T00:00:00Z".parse().unwrap();
    User {
        username: Username::parse("zoe").unwrap(),
        enabled: true,
        status,
        created_at: at,
        modified_at: at,
        attributes: identities.into_iter().collect(),
        groups: Vec::new(),
    }
}

const GOOGLE: &str = r#"[{"userId":"1","providerName":"Google","providerType":"Google","issuer":null,"primary":"true","dateCreated":"1"}]"#;
const SAML: &str = r#"[{"userId":"1","providerName":"Corp","providerType":"SAML","issuer":"https://idp","primary":"true","dateCreated":"1"}]"#;
const BOTH: &str = r#"[{"providerType":"Google","primary":true},{"providerType":"OIDC","primary":false}]"#;

#[rstest]
#[case(UserStatus::Confirmed, None, Direct)]
#[case(UserStatus::Confirmed, Some("not JSON <b>"), Direct)]
#[case(UserStatus::Confirmed, Some("[]"), Direct)]
#[case(UserStatus::ExternalProvider, Some(GOOGLE), Social)]
#[case(UserStatus::Confirmed, Some(GOOGLE), Direct)]
#[case(UserStatus::ExternalProvider, Some(SAML), Federated)]
#[case(UserStatus::Confirmed, Some(SAML), Linked)]
#[case(UserStatus::ExternalProvider, Some(BOTH), Linked)]
fn a_user_has_the_price_of_the_way_in(
    #[case] status: UserStatus,
    #[case] identities: Option<&str>,
    #[case] kind: SignInKind,
) {
    assert_eq!(SignInKind::of(&user(status, identities)), kind);
}

#[test]
fn active_users_are_shared_out_like_all_users() {
    let mut split = Split::default();
    for (kind, number) in [(Direct, 70), (Social, 10), (Federated, 15), (Linked, 5)] {
        (0..number).for_each(|_| split.add(kind));
    }
    assert_eq!(split.all(), 100);
    assert_eq!(split.priced(), (80, 15, 5));
    let shared = split.shared_out(33);
    assert_eq!((shared.direct, shared.social, shared.federated, shared.linked), (25, 3, 4, 1));
    assert_eq!(shared.all(), 33);
    assert_eq!(Split::default().shared_out(7).direct, 7);
    let huge = Split { direct: 1 << 40, federated: 1 << 40, ..Split::default() };
    assert_eq!(huge.shared_out(u64::MAX).federated, u64::MAX / 2);
}
