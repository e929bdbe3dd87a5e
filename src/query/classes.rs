//! Equivalence classes: principals that no record tells apart are decided once.
//!
//! A decision about a resource depends on a principal only through the ids that records relevant there name: which of them
//! the principal is, and which of its groups are among them. A [`Partition`] starts with what holds of a principal wherever
//! it is asked about, and is split by the relevant ids of a resource. Splitting costs the number of principals that have
//! the id, not the number of principals, so that the partition of an account can be kept, copied and split further for
//! each of its containers.

use super::Population;
use crate::eval::Verdict;
use crate::model::Identities;

/// A hash map; its order never shows.
pub(super) type HashMap<K, V> = std::collections::HashMap<K, V, foldhash::fast::RandomState>;

/// Principals by class. Numbers of classes are dense but some may be empty.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Partition {
    class_of: Vec<u32>,
    classes: u32,
}

impl Partition {
    /// One class for each distinct key.
    pub(super) fn by<K: std::hash::Hash + Eq>(keys: impl Iterator<Item = K>) -> Self {
        let mut seen: HashMap<K, u32> = HashMap::default();
        let mut classes = 0;
        let class_of = keys.map(|key| number(&mut seen, key, &mut classes)).collect();
        Partition { class_of, classes }
    }

    /// Every principal a class of its own.
    pub fn singletons(population: &Population) -> Self {
        Partition::by(population.members().iter().enumerate().map(|(at, _)| at))
    }

    /// Tells apart those among `holders` from the others, and those who are the id themselves (`true`) from members.
    pub(super) fn split(&mut self, holders: &[(u32, bool)]) {
        let mut moved: HashMap<(u32, bool), u32> = HashMap::default();
        for (member, own) in holders {
            if let Some(class) = self.class_of.get_mut(*member as usize) {
                *class = number(&mut moved, (*class, *own), &mut self.classes);
            }
        }
    }

    /// The class of a member, by its number.
    pub fn class_of(&self, member: usize) -> Option<u32> {
        self.class_of.get(member).copied()
    }

    /// How many classes have a member.
    pub fn occupied(&self) -> usize {
        self.class_of.iter().collect::<std::collections::HashSet<_>>().len()
    }

    /// The verdict of every member, in the population's order: each class is asked about once, by its first member.
    pub fn decide(&self, population: &Population, ask: impl Fn(&Identities) -> Verdict) -> Vec<Verdict> {
        let mut known: Vec<Option<Verdict>> = vec![None; self.classes as usize];
        let members = population.members().iter().zip(&self.class_of);
        members
            .map(|(member, class)| match known.get_mut(*class as usize) {
                Some(slot) => *slot.get_or_insert_with(|| ask(&member.who)),
                None => ask(&member.who),
            })
            .collect()
    }
}

/// The number of a key, counted on from `next`.
fn number<K: std::hash::Hash + Eq>(seen: &mut HashMap<K, u32>, key: K, next: &mut u32) -> u32 {
    *seen.entry(key).or_insert_with(|| {
        let number = *next;
        *next += 1;
        number
    })
}
