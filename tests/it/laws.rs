//! The combining law on abstract inputs, exhaustively.

use canread::eval::Verdict;
use canread::eval::Verdict::{Allowed, Denied, Undetermined};

/// The worlds a value stands for: an undetermined one may turn out either way.
fn worlds(value: Verdict) -> &'static [bool] {
    match value {
        Allowed => &[true],
        Denied => &[false],
        Undetermined => &[true, false],
    }
}

fn from_worlds(results: &[bool]) -> Verdict {
    match (results.contains(&true), results.contains(&false)) {
        (true, true) => Undetermined,
        (true, false) => Allowed,
        (false, _) => Denied,
    }
}

#[test]
fn all_and_any_equal_brute_force_over_all_worlds() {
    for a in Verdict::ALL {
        for b in Verdict::ALL {
            for c in Verdict::ALL {
                let each = |f: fn(bool, bool, bool) -> bool| -> Verdict {
                    let mut results = Vec::new();
                    for x in worlds(a) {
                        for y in worlds(b) {
                            for z in worlds(c) {
                                results.push(f(*x, *y, *z));
                            }
                        }
                    }
                    from_worlds(&results)
                };
                assert_eq!(Verdict::all([a, b, c]), each(|x, y, z| x && y && z), "all {a} {b} {c}");
                assert_eq!(Verdict::any([a, b, c]), each(|x, y, z| x || y || z), "any {a} {b} {c}");
            }
        }
    }
}

#[test]
fn nothing_examined_is_never_allowed() {
    assert_eq!(Verdict::all([]), Undetermined);
    assert_eq!(Verdict::any([]), Denied);
}
