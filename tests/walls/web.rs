//! What the web view's files may import and do.

use crate::tree::Source;
use crate::{Breach, Wall, rust};

/// Ways to make markup of a text.
const RAW_HTML: &[&str] =
    &["{@html", "innerHTML", "outerHTML", "insertAdjacentHTML", "document.write(", "srcdoc", "DOMParser"];

/// Breaches in one TypeScript, JavaScript or Svelte file.
pub(crate) fn breaches(source: &Source) -> Vec<Breach> {
    if !source.path.starts_with("ui/src/") {
        return Vec::new();
    }
    let mut found = rust::vague_path(source);
    let in_ipc = source.path.starts_with("ui/src/ipc/");
    for (index, line) in source.text.lines().enumerate() {
        let mut climb = |wall, what: &str| {
            let place = format!("{}:{}", source.path, index + 1);
            found.push(Breach { wall, place, what: what.to_owned() });
        };
        let imports = ["import", "from ", "require("].iter().any(|word| line.contains(word));
        if imports && !in_ipc && line.contains("@tauri-apps/") {
            climb(Wall::TauriApiOnlyInIpc, line.trim());
        }
        if imports && !in_ipc && (line.contains("/generated") || line.contains("#bindings")) {
            climb(Wall::GeneratedOnlyInIpc, line.trim());
        }
        if let Some(how) = RAW_HTML.iter().find(|how| line.contains(**how)) {
            climb(Wall::NoRawHtml, how);
        }
    }
    found
}
