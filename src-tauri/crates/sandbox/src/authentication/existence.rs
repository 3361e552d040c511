//! Whether an app client may learn that a person does not exist.

use crate::directory::Client;

/// `PreventUserExistenceErrors`: whether answers about people who do not exist must look like those about others.
pub(crate) fn hidden(client: &Client) -> bool {
    client.settings.get("PreventUserExistenceErrors").is_some_and(|value| value == "ENABLED")
}
