//! `derive(Config)`: serde's `Serialize` and `Deserialize` for a struct that is a Keras config.
//!
//! It reads the same attributes as serde's own derives and accepts and writes the same JSON, but
//! its code is a call per field into `crate::config` instead of a state machine per struct: for
//! some hundred and fifty structs, that makes the engine a sixth smaller.

use proc_macro2::TokenStream;
use quote::quote;
use syn::parse::Error;
use syn::{Data, DeriveInput, ExprPath, Field, Fields, LitStr, Type};

#[proc_macro_derive(Config, attributes(serde))]
pub fn config(input: proc_macro::TokenStream) -> proc_macro::TokenStream {
    let input = syn::parse_macro_input!(input as DeriveInput);
    let code = expand(&input).unwrap_or_else(Error::into_compile_error);
    code.into()
}

/// What serde's attributes say of a struct.
#[derive(Default)]
struct Container {
    deny_unknown_fields: bool,
    default: bool,
}

/// What a field is where it is not given.
enum Missing {
    Error,
    Default,
    Call(ExprPath),
}

/// A field, and what serde's attributes say of it.
struct Argument<'a> {
    field: &'a Field,
    key: String,
    missing: Missing,
    skip: bool,
    skip_serializing: bool,
    skip_serializing_if: Option<ExprPath>,
    deserialize_with: Option<ExprPath>,
    serialize_with: Option<ExprPath>,
    /// Another key for it.
    alias: Option<String>,
}

impl Container {
    fn of(input: &DeriveInput) -> syn::Result<Self> {
        let mut it = Container::default();
        for attribute in input.attrs.iter().filter(|a| a.path().is_ident("serde")) {
            attribute.parse_nested_meta(|meta| {
                if meta.path.is_ident("deny_unknown_fields") {
                    it.deny_unknown_fields = true;
                } else if meta.path.is_ident("default") {
                    it.default = true;
                } else {
                    return Err(meta.error("derive(Config) does not know this attribute"));
                }
                Ok(())
            })?;
        }
        if !it.deny_unknown_fields {
            let text = "a config refuses unknown arguments: add #[serde(deny_unknown_fields)]";
            return Err(Error::new_spanned(&input.ident, text));
        }
        Ok(it)
    }
}

impl<'a> Argument<'a> {
    fn of(field: &'a Field, container: &Container) -> syn::Result<Self> {
        let mut it = Argument {
            field,
            key: field
                .ident
                .as_ref()
                .map(ToString::to_string)
                .unwrap_or_default(),
            missing: if container.default || is_option(&field.ty) {
                Missing::Default
            } else {
                Missing::Error
            },
            skip: false,
            skip_serializing: false,
            skip_serializing_if: None,
            deserialize_with: None,
            serialize_with: None,
            alias: None,
        };
        for attribute in field.attrs.iter().filter(|a| a.path().is_ident("serde")) {
            attribute.parse_nested_meta(|meta| {
                let path = || meta.value()?.parse::<LitStr>()?.parse::<ExprPath>();
                let name = meta.path.get_ident().map(ToString::to_string);
                match name.as_deref() {
                    Some("default") if meta.input.peek(syn::Token![=]) => {
                        it.missing = Missing::Call(path()?);
                    }
                    Some("default") => it.missing = Missing::Default,
                    Some("rename") => it.key = meta.value()?.parse::<LitStr>()?.value(),
                    Some("alias") => it.alias = Some(meta.value()?.parse::<LitStr>()?.value()),
                    Some("skip") => it.skip = true,
                    Some("skip_serializing") => it.skip_serializing = true,
                    Some("skip_serializing_if") => it.skip_serializing_if = Some(path()?),
                    Some("deserialize_with") => it.deserialize_with = Some(path()?),
                    Some("serialize_with") => it.serialize_with = Some(path()?),
                    _ => return Err(meta.error("derive(Config) does not know this attribute")),
                }
                Ok(())
            })?;
        }
        if it.alias.is_some() && matches!(it.missing, Missing::Error) {
            let text = "derive(Config) reads an alias only of fields with a default";
            return Err(Error::new_spanned(field, text));
        }
        Ok(it)
    }

    /// The field in the struct that is to be filled: none where the struct's own default has it.
    fn initial(&self, container: &Container) -> Option<TokenStream> {
        let (name, key, read) = (&self.field.ident, &self.key, self.read());
        match &self.missing {
            Missing::Error if !self.skip => Some(quote!(#name: from.required(#key, #read)?)),
            Missing::Call(path) => Some(quote!(#name: #path())),
            _ if container.default => None,
            _ => Some(quote!(#name: ::core::default::Default::default())),
        }
    }

    /// The function that reads it.
    fn read(&self) -> TokenStream {
        match &self.deserialize_with {
            Some(path) => quote!(|value| #path(value)),
            None => quote!(|value| ::serde::Deserialize::deserialize(value)),
        }
    }

    /// Fills the field from what is given.
    fn fill(&self) -> Option<TokenStream> {
        let (name, key, read) = (&self.field.ident, &self.key, self.read());
        let alias = self.alias.iter().map(|alias| {
            quote!(from.refuse_both(#key, #alias); from.read(#alias, &mut it.#name, #read);)
        });
        let optional = !self.skip && !matches!(self.missing, Missing::Error);
        optional.then(|| quote!(from.read(#key, &mut it.#name, #read); #(#alias)*))
    }

    fn write(&self) -> Option<TokenStream> {
        let (name, key) = (&self.field.ident, &self.key);
        if self.skip || self.skip_serializing {
            return None;
        }
        let write = match &self.serialize_with {
            Some(path) => quote!(#path),
            None => quote!(::serde::Serialize::serialize),
        };
        let put = quote!(to.write(#key, &self.#name, #write););
        Some(match &self.skip_serializing_if {
            Some(path) => quote!(if !#path(&self.#name) { #put }),
            None => put,
        })
    }
}

/// serde takes a missing `Option` for None.
fn is_option(ty: &Type) -> bool {
    let Type::Path(path) = ty else { return false };
    path.path
        .segments
        .last()
        .is_some_and(|last| last.ident == "Option")
}

fn expand(input: &DeriveInput) -> syn::Result<TokenStream> {
    let Data::Struct(data) = &input.data else {
        return Err(Error::new_spanned(&input.ident, "a config is a struct"));
    };
    let Fields::Named(fields) = &data.fields else {
        return Err(Error::new_spanned(
            &input.ident,
            "a config's fields have names",
        ));
    };
    let container = Container::of(input)?;
    let arguments: Vec<Argument> = fields
        .named
        .iter()
        .map(|field| Argument::of(field, &container))
        .collect::<syn::Result<_>>()?;
    let (name, params, bounds) = (
        &input.ident,
        &input.generics.params,
        &input.generics.where_clause,
    );
    let (_, types, _) = input.generics.split_for_impl();
    let given = arguments.iter().filter(|a| !a.skip);
    let known = given.flat_map(|a| [&a.key].into_iter().chain(&a.alias));
    let initial: Vec<_> = arguments
        .iter()
        .filter_map(|a| a.initial(&container))
        .collect();
    let rest = container
        .default
        .then(|| quote!(..::core::default::Default::default()));
    let fill = arguments.iter().filter_map(Argument::fill);
    let write = arguments.iter().filter_map(Argument::write);
    Ok(quote! {
        impl<'de, #params> ::serde::Deserialize<'de> for #name #types #bounds {
            fn deserialize<D: ::serde::Deserializer<'de>>(d: D) -> ::core::result::Result<Self, D::Error> {
                #[allow(unused_mut)]
                let mut from = crate::config::Arguments::of(d, &[#(#known),*])?;
                #[allow(unused_mut, clippy::needless_update)]
                let mut it = #name { #(#initial,)* #rest };
                #(#fill)*
                from.finish()?;
                ::core::result::Result::Ok(it)
            }
        }

        impl<#params> ::serde::Serialize for #name #types #bounds {
            fn serialize<S: ::serde::Serializer>(&self, s: S) -> ::core::result::Result<S::Ok, S::Error> {
                #[allow(unused_mut)]
                let mut to = crate::config::Written::new();
                #(#write)*
                to.finish(s)
            }
        }
    })
}
