//! Ids that many records share, each kept once.

use super::raw::assignment::Intern;
use super::store::{HashMap, HashSet};
use crate::model::{ObjectId, RoleId, Scope};
use std::borrow::Borrow;
use std::hash::{Hash, Hasher};

/// The ids met so far.
#[derive(Default)]
pub(super) struct Ids {
    scopes: HashSet<ByText<Scope>>,
    objects: HashSet<ByText<ObjectId>>,
    roles: HashMap<Box<str>, RoleId>,
}

/// An id that is found by how it is written, not by what it is compared by.
struct ByText<T>(T);

trait Written {
    fn written(&self) -> &str;
}
impl Written for Scope {
    fn written(&self) -> &str {
        self.as_str()
    }
}
impl Written for ObjectId {
    fn written(&self) -> &str {
        self.as_str()
    }
}
impl<T: Written> Borrow<str> for ByText<T> {
    fn borrow(&self) -> &str {
        self.0.written()
    }
}
impl<T: Written> Hash for ByText<T> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.written().hash(state);
    }
}
impl<T: Written> PartialEq for ByText<T> {
    fn eq(&self, other: &Self) -> bool {
        self.0.written() == other.0.written()
    }
}
impl<T: Written> Eq for ByText<T> {}

/// Text that [`Scope`] or [`ObjectId`] would not keep as it is, with white space around it, is made anew each time.
fn interned<T: Written + Clone>(known: &mut HashSet<ByText<T>>, text: &str, make: impl FnOnce(&str) -> T) -> T {
    if let Some(known) = known.get(text) {
        return known.0.clone();
    }
    let new = make(text);
    known.insert(ByText(new.clone()));
    new
}

impl Intern for Ids {
    fn scope(&mut self, text: &str) -> Scope {
        interned(&mut self.scopes, text, Scope::new)
    }
    fn object(&mut self, text: &str) -> ObjectId {
        interned(&mut self.objects, text, ObjectId::new)
    }
    fn role(&mut self, definition: &str) -> RoleId {
        if let Some(known) = self.roles.get(definition) {
            return known.clone();
        }
        let role = RoleId::new(definition.trim_end_matches('/').rsplit('/').next().unwrap_or_default());
        self.roles.insert(definition.into(), role.clone());
        role
    }
}
