//! Asking again before secrets of Production are shown.

use console::{Code, Confirmation, KeySource};
use jiff::SignedDuration;
use model::connection::Environment;
use secrecy::SecretString;

use crate::house::{House, options, sandbox_connection};

async fn in_production(house: &House) -> std::sync::Arc<console::OpenPool> {
    let pool = house.open().await;
    assert_eq!(pool.to_confirm(), None, "outside Production nothing is asked");
    house.console.label(&sandbox_connection(), Environment::Production, None).await.unwrap();
    pool
}

fn text(text: &str) -> SecretString {
    text.to_owned().into()
}

#[tokio::test]
async fn secrets_of_production_are_shown_for_five_minutes_once_its_name_was_typed() {
    let house = House::new(options(3)).await;
    let pool = in_production(&house).await;
    let refused = pool.may_show_secrets().unwrap_err();
    assert_eq!((refused.code, refused.field.as_deref()), (Code::ConfirmationNeeded, Some("poolName")));
    for wrong in ["", "another", "sandbox "] {
        let refused = pool.confirm(&text(wrong)).await.unwrap_err();
        assert_eq!((refused.code, refused.field.as_deref()), (Code::Validation, Some("poolName")), "{wrong}");
    }
    pool.may_show_secrets().unwrap_err();
    pool.confirm(&text(house.pool_id().as_str())).await.unwrap();
    pool.may_show_secrets().unwrap();
    house.clock.push(SignedDuration::from_mins(4));
    pool.may_show_secrets().unwrap();
    house.clock.push(SignedDuration::from_mins(2));
    pool.may_show_secrets().unwrap_err();
    pool.confirm(&text(house.pool_id().as_str())).await.unwrap();
    pool.forget_confirmation();
    assert_eq!(pool.to_confirm(), Some(Confirmation::PoolName), "who locks has to say it again");
}

#[tokio::test]
async fn where_the_local_data_is_behind_a_passphrase_that_is_asked_for() {
    let mut house = House::new(options(3)).await;
    let config = console::Config {
        data_dir: house.dir.path().join("sealed"),
        keys: KeySource::Passphrase(text("correct horse")),
        ..house.config()
    };
    house.console = console::open(config).await.unwrap();
    let pool = in_production(&house).await;
    assert_eq!(pool.to_confirm(), Some(Confirmation::Passphrase));
    for wrong in ["", "incorrect horse", house.pool_id().as_str()] {
        let refused = pool.confirm(&text(wrong)).await.unwrap_err();
        assert_eq!((refused.code, refused.field.as_deref()), (Code::Validation, Some("passphrase")), "{wrong}");
    }
    pool.may_show_secrets().unwrap_err();
    pool.confirm(&text("correct horse")).await.unwrap();
    pool.may_show_secrets().unwrap();
    // What else stands in the way is told as what it is, and nothing is made in its place.
    pool.forget_confirmation();
    let (sealed, kept) = (house.dir.path().join("sealed/keys.sealed"), house.dir.path().join("kept"));
    std::fs::rename(&sealed, &kept).unwrap();
    for record in ["keys.json", "none"] {
        let lost = pool.confirm(&text("correct horse")).await.unwrap_err();
        assert_eq!((lost.code, lost.field.as_deref()), (Code::CacheUnavailable, None));
        assert!(lost.message.contains("There are no keys in a passphrase"), "{lost}");
        assert!(!sealed.exists());
        let _ = std::fs::remove_file(house.dir.path().join("sealed").join(record));
    }
    pool.may_show_secrets().unwrap_err();
    std::fs::rename(&kept, &sealed).unwrap();
    pool.confirm(&text("correct horse")).await.unwrap();
}
