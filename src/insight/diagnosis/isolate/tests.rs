//! The search against made-up servers: what it finds, within which budget, and what it says where the
//! answers do not hold still.

mod mixing;

use super::search::*;
use proptest::prelude::*;

const BUDGET: usize = 24;

fn role(differs: bool, may_go: bool) -> Role {
    Role {
        differs,
        may_go,
        is_token: false,
    }
}

/// Asks a made-up server until the walk has its answer.
fn ask(
    roles: &[Role],
    against: bool,
    budget: usize,
    mut server: impl FnMut(&Mixture) -> Answer,
) -> (Finding, Vec<(Mixture, Answer)>) {
    let mut answers = Vec::new();
    loop {
        match walk(roles, against, budget, &answers) {
            Next::Over(finding) => return (finding, answers),
            Next::Ask(mixture) => {
                assert!(answers.len() < budget, "one call too many");
                let answer = server(&mixture);
                answers.push((mixture, answer));
            }
        }
    }
}

/// Refused where any of these sets is as in the refused call.
fn refuses(sets: &[Vec<usize>]) -> impl Fn(&Mixture) -> Answer + '_ {
    |mixture| {
        let is_there = |set: &Vec<usize>| set.iter().all(|part| mixture[*part] == Take::Refused);
        if sets.iter().any(is_there) {
            Answer::Same
        } else {
            Answer::Works
        }
    }
}

#[test]
fn a_call_that_works_and_one_that_is_like_the_other_are_no_riddle() {
    let roles = [role(true, true), role(true, true)];
    let (finding, asked) = ask(&roles, true, BUDGET, |_| Answer::Works);
    assert_eq!(finding.outcome, Outcome::Fine(0));
    assert_eq!(asked.len(), 2, "asked once more");
    let (finding, _) = ask(&roles, true, BUDGET, |_| Answer::Same);
    assert_eq!(finding.outcome, Outcome::BothRefused(2));
    let alike = [role(false, true)];
    let (finding, _) = ask(&alike, true, BUDGET, |_| Answer::Same);
    assert_eq!(finding.outcome, Outcome::Alike);
}

#[test]
fn a_server_that_answers_now_so_and_now_otherwise_is_said_to_flicker() {
    let roles = [role(true, true); 6];
    for period in 2..6 {
        let mut count = 0;
        let (finding, _) = ask(&roles, true, BUDGET, |_| {
            count += 1;
            match count % period {
                0 => Answer::Works,
                _ => Answer::Same,
            }
        });
        let flickers = matches!(finding.outcome, Outcome::Flickers(..));
        assert!(flickers, "every {period}: {finding:?}");
        assert!(finding.matters.iter().all(|m| *m != Matters::Yes));
    }
    // One that begins to work in the middle.
    let mut count = 0;
    let (finding, _) = ask(&roles, true, BUDGET, |mixture| {
        count += 1;
        if count > 5 {
            Answer::Works
        } else {
            refuses(&[vec![2]])(mixture)
        }
    });
    assert!(
        matches!(finding.outcome, Outcome::Flickers(..)),
        "{finding:?}"
    );
}

#[test]
fn what_comes_to_light_behind_the_reason_is_said() {
    let roles = [role(true, true); 5];
    let (finding, asked) = ask(&roles, true, BUDGET, |mixture| {
        match (mixture[1], mixture[4]) {
            (Take::Refused, _) => Answer::Same,
            (_, Take::Refused) => Answer::Other,
            _ => Answer::Works,
        }
    });
    let Outcome::One { part: 1, behind } = finding.outcome else {
        panic!("{finding:?}");
    };
    assert_eq!(asked[behind.unwrap()].1, Answer::Other);
}

#[test]
fn parts_that_belong_together_are_no_reason() {
    // A token and a path of one tenant each, and a header that is at fault.
    let roles = [role(true, true); 6];
    let (finding, _) = ask(&roles, true, BUDGET, |mixture| {
        if mixture[0] != mixture[3] || mixture[5] == Take::Refused {
            Answer::Same
        } else {
            Answer::Works
        }
    });
    let one = Outcome::One {
        part: 5,
        behind: None,
    };
    assert_eq!((finding.outcome, finding.bound), (one, vec![0, 3]));
}

#[test]
fn of_a_call_alone_the_part_without_which_it_works_is_found_and_the_smallest_refused_call() {
    let mut roles = vec![role(true, true); 8];
    roles[0].is_token = true;
    let (finding, asked) = ask(&roles, false, BUDGET, |mixture| {
        match (mixture[0], mixture[5], mixture[2]) {
            (Take::Left, ..) | (.., Take::Left) => Answer::Other,
            (_, Take::Left, _) => Answer::Works,
            _ => Answer::Same,
        }
    });
    let one = Outcome::One {
        part: 5,
        behind: None,
    };
    assert_eq!(finding.outcome, one);
    let minimal = &asked[finding.minimal.unwrap()].0;
    let kept: Vec<usize> = (0..8).filter(|part| minimal[*part] != Take::Left).collect();
    assert_eq!(kept, [0, 2, 5]);
    assert_eq!(finding.matters[3], Matters::No);
    assert_eq!(finding.matters[2], Matters::Unknown);
}

#[test]
fn of_a_call_alone_that_only_its_token_and_address_decide_few_calls_tell_so() {
    let mut roles = vec![role(true, true); 12];
    roles[0].is_token = true;
    let (finding, asked) = ask(&roles, false, BUDGET, |mixture| match mixture[0] {
        Take::Left => Answer::Other,
        _ => Answer::Same,
    });
    assert_eq!(finding.outcome, Outcome::Needed(vec![0]));
    assert!(asked.len() <= 6, "{}", asked.len());
    let (finding, _) = ask(&roles, false, BUDGET, |_| Answer::Same);
    assert_eq!(finding.outcome, Outcome::Address);
}

#[test]
fn two_parts_that_are_each_enough_are_found_in_a_call_alone() {
    let roles = vec![role(true, true); 7];
    let (finding, _) = ask(&roles, false, BUDGET, refuses(&[vec![1], vec![4]]));
    assert_eq!(finding.outcome, Outcome::Each(vec![vec![1], vec![4]]));
}

#[test]
fn where_there_is_no_room_what_is_left_is_said() {
    let roles = [role(true, true); 40];
    let sets = [vec![3, 17, 29]];
    let (finding, _) = ask(&roles, true, 8, refuses(&sets));
    let Outcome::Budget(among) = finding.outcome else {
        panic!("{finding:?}");
    };
    assert!(sets[0].iter().all(|part| among.contains(part)), "{among:?}");
}

proptest! {
    #[test]
    fn one_part_is_found_within_the_budget(count in 1usize..40, at in 0usize..40, shared in 0usize..6) {
        let at = at % count;
        let mut roles = vec![role(true, true); count];
        roles.extend(vec![role(false, true); shared]);
        let (finding, asked) = ask(&roles, true, BUDGET, refuses(&[vec![at]]));
        let one = Outcome::One { part: at, behind: None };
        prop_assert_eq!(finding.outcome, one);
        let others = (0..count).filter(|part| *part != at);
        for part in others {
            prop_assert_eq!(finding.matters[part], Matters::No);
        }
        // The smallest call has nothing but the reason.
        let minimal = &asked[finding.minimal.unwrap()].0;
        prop_assert!((0..roles.len()).all(|part| part == at || minimal[part] == Take::Left));
    }

    #[test]
    fn two_parts_together_are_found_within_the_budget(count in 2usize..20, one in 0usize..20, other in 0usize..20) {
        let (one, other) = (one % count, other % count);
        prop_assume!(one != other);
        let mut pair = vec![one, other];
        pair.sort_unstable();
        let roles = vec![role(true, true); count];
        let (finding, _) = ask(&roles, true, BUDGET, refuses(std::slice::from_ref(&pair)));
        prop_assert_eq!(finding.outcome, Outcome::Together(pair));
    }

    #[test]
    fn two_parts_that_are_each_enough_are_found_within_the_budget(count in 2usize..20, one in 0usize..20, other in 0usize..20) {
        let (one, other) = (one % count, other % count);
        prop_assume!(one != other);
        let roles = vec![role(true, true); count];
        let sets = [vec![one], vec![other]];
        let (finding, _) = ask(&roles, true, BUDGET, refuses(&sets));
        let Outcome::Each(found) = finding.outcome else {
            return Err(TestCaseError::fail(format!("{finding:?}")));
        };
        prop_assert!(sets.iter().all(|set| found.contains(set)));
    }

    #[test]
    fn whatever_is_answered_the_search_ends_within_its_budget(
        count in 0usize..12,
        against in any::<bool>(),
        budget in 2usize..30,
        seed in proptest::collection::vec(0u8..3, 30),
    ) {
        let roles = vec![role(true, true); count];
        let mut place = 0;
        let (_, asked) = ask(&roles, against, budget, |_| {
            place += 1;
            match seed[place % seed.len()] {
                0 => Answer::Same,
                1 => Answer::Works,
                _ => Answer::Other,
            }
        });
        prop_assert!(asked.len() <= budget);
    }

    #[test]
    fn a_search_that_is_stopped_goes_on_where_it_was(count in 1usize..12, at in 0usize..12, cut in 0usize..12) {
        let at = at % count;
        let roles = vec![role(true, true); count];
        let sets = [vec![at]];
        let (finding, asked) = ask(&roles, true, BUDGET, refuses(&sets));
        let cut = cut.min(asked.len());
        let next = walk(&roles, true, BUDGET, &asked[..cut]);
        match asked.get(cut) {
            Some((mixture, _)) => prop_assert_eq!(next, Next::Ask(mixture.clone())),
            None => prop_assert_eq!(next, Next::Over(finding)),
        }
    }
}
