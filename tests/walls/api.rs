//! What public signatures may show.
//!
//! Everything that is `pub` counts, in private modules too: what only the crate sees is `pub(crate)`.

use std::collections::BTreeSet;

use proc_macro2::Span;
use syn::spanned::Spanned as _;
use syn::visit::{self, Visit};
use syn::{Item, UseTree, Visibility};

use crate::tree::Source;
use crate::{Breach, Wall};

/// The one foreign type that passes between `cognito` and the sandbox.
const ALLOWED: &str = "SharedHttpClient";

/// Foreign types in public signatures, and `Result<_, String>` anywhere.
pub(crate) fn breaches(source: &Source) -> Vec<Breach> {
    let file = syn::parse_file(&source.text).unwrap_or_else(|error| panic!("{} is not Rust: {error}", source.path));
    let mut strings = StringErrors::default();
    strings.visit_file(&file);
    let mut found: Vec<Breach> = strings
        .found
        .into_iter()
        .map(|span| breach(source, Wall::ErrorsAreTyped, span, "a Result whose error is a text".into()))
        .collect();
    if source.package() == "shell" || source.is_test() {
        return found;
    }
    let mut imported = BTreeSet::new();
    for item in &file.items {
        if let Item::Use(item) = item {
            leaves(&item.tree, None, &mut |root, name, bound| {
                if is_foreign(root) && name != ALLOWED {
                    imported.insert(bound.to_owned());
                }
            });
        }
    }
    let mut public = Public { imported: &imported, found: Vec::new() };
    public.items(&file.items);
    let signatures = public.found.into_iter();
    found.extend(signatures.map(|(span, name)| {
        breach(source, Wall::NoForeignTypeInPublic, span, format!("`{name}` in a public signature"))
    }));
    found
}

fn breach(source: &Source, wall: Wall, span: Span, what: String) -> Breach {
    Breach { wall, place: format!("{}:{}", source.path, span.start().line), what }
}

fn is_foreign(root: &str) -> bool {
    (root.starts_with("aws_") && root != "aws_lc_rs")
        || root.starts_with("rusqlite")
        || root == "tauri"
        || root.starts_with("tauri_")
        || ["hyper", "hyper_util", "axum"].contains(&root)
}

/// Calls back with the crate, the name there, and the name here of everything that a `use` brings in.
fn leaves(tree: &UseTree, root: Option<&str>, each: &mut impl FnMut(&str, &str, &str)) {
    match tree {
        UseTree::Path(path) => {
            let name = path.ident.to_string();
            leaves(&path.tree, Some(root.unwrap_or(&name)), each);
        }
        UseTree::Name(leaf) => {
            let name = leaf.ident.to_string();
            each(root.unwrap_or(&name), &name, &name);
        }
        UseTree::Rename(leaf) => {
            let name = leaf.ident.to_string();
            each(root.unwrap_or(&name), &name, &leaf.rename.to_string());
        }
        UseTree::Glob(_) => each(root.unwrap_or("*"), "*", "*"),
        UseTree::Group(group) => group.items.iter().for_each(|tree| leaves(tree, root, each)),
    }
}

/// Looks through what is public.
struct Public<'a> {
    imported: &'a BTreeSet<String>,
    found: Vec<(Span, String)>,
}

impl Public<'_> {
    fn items(&mut self, items: &[Item]) {
        for item in items {
            self.item(item);
        }
    }

    fn item(&mut self, item: &Item) {
        let public = |visibility: &Visibility| matches!(visibility, Visibility::Public(_));
        match item {
            Item::Use(item) if public(&item.vis) => {
                let span = item.span();
                leaves(&item.tree, None, &mut |root, name, _| {
                    if is_foreign(root) && name != ALLOWED {
                        self.found.push((span, format!("{root}::{name}")));
                    }
                });
            }
            Item::Fn(item) if public(&item.vis) => self.visit_signature(&item.sig),
            Item::Struct(item) if public(&item.vis) => {
                self.visit_generics(&item.generics);
                for field in item.fields.iter().filter(|field| public(&field.vis)) {
                    self.visit_type(&field.ty);
                }
            }
            Item::Enum(item) if public(&item.vis) => {
                for field in item.variants.iter().flat_map(|variant| &variant.fields) {
                    self.visit_type(&field.ty);
                }
            }
            Item::Type(item) if public(&item.vis) => self.visit_type(&item.ty),
            Item::Const(item) if public(&item.vis) => self.visit_type(&item.ty),
            Item::Static(item) if public(&item.vis) => self.visit_type(&item.ty),
            Item::Trait(item) if public(&item.vis) => {
                for member in &item.items {
                    if let syn::TraitItem::Fn(function) = member {
                        self.visit_signature(&function.sig);
                    }
                }
            }
            Item::Mod(item) if public(&item.vis) => {
                if let Some((_, items)) = &item.content {
                    self.items(items);
                }
            }
            Item::Impl(item) if item.trait_.is_none() => {
                for member in &item.items {
                    if let syn::ImplItem::Fn(function) = member
                        && public(&function.vis)
                    {
                        self.visit_signature(&function.sig);
                    }
                }
            }
            _ => {}
        }
    }
}

impl Visit<'_> for Public<'_> {
    fn visit_path(&mut self, path: &syn::Path) {
        let (first, last) = (path.segments.first(), path.segments.last());
        if let (Some(first), Some(last)) = (first, last) {
            let (first, last) = (first.ident.to_string(), last.ident.to_string());
            let foreign = (path.segments.len() > 1 && is_foreign(&first)) || self.imported.contains(&first);
            if foreign && last != ALLOWED {
                self.found.push((path.span(), last));
            }
        }
        visit::visit_path(self, path);
    }
}

/// Looks for `Result<_, String>`.
#[derive(Default)]
struct StringErrors {
    found: Vec<Span>,
}

impl Visit<'_> for StringErrors {
    fn visit_path_segment(&mut self, segment: &syn::PathSegment) {
        if segment.ident == "Result"
            && let syn::PathArguments::AngleBracketed(arguments) = &segment.arguments
            && let Some(syn::GenericArgument::Type(error)) = arguments.args.iter().nth(1)
            && is_text(error)
        {
            self.found.push(segment.span());
        }
        visit::visit_path_segment(self, segment);
    }
}

fn is_text(kind: &syn::Type) -> bool {
    matches!(kind, syn::Type::Path(path) if path.path.segments.last().is_some_and(|segment| segment.ident == "String"))
}
