//! Which parts a refusal hangs on, asked by halves. The whole way is walked again with every
//! answer that came, so that nothing but the answers has to be kept: the first mixture that nobody
//! asked yet is the next call.

/// Where a part of a mixed call comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Take {
    /// As in the refused call.
    Refused,
    /// As in the one that works.
    Working,
    /// Not at all.
    Left,
}

/// One call of the search: where each part comes from.
pub type Mixture = Vec<Take>;

/// What came of a mixture.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    /// Refused as the call in question is.
    Same,
    Works,
    /// Refused in another way, or not answered.
    Other,
}

/// What the search may do with a part.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Role {
    /// The two calls differ in it.
    pub differs: bool,
    /// A call can do without it.
    pub may_go: bool,
    /// It says who calls.
    pub is_token: bool,
}

/// Whether the refusal hangs on a part.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Matters {
    Yes,
    No,
    #[default]
    Unknown,
}

/// What it came to. Parts and answers stand by their numbers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// On one part. `behind` is the answer that came once it was changed, where that is another
    /// refusal.
    One { part: usize, behind: Option<usize> },
    /// On these at once: any of them changed, and the call works.
    Together(Vec<usize>),
    /// On each of these sets by itself: all of them have to change.
    Each(Vec<Vec<usize>>),
    /// On nothing that can be left out.
    Address,
    /// Without these it is refused otherwise; without the others as it was.
    Needed(Vec<usize>),
    /// The same call was answered in two ways.
    Flickers(usize, usize),
    /// There was no room for more calls; it hangs on something among these.
    Budget(Vec<usize>),
    /// The call in question works.
    Fine(usize),
    /// What it was to be compared with is refused as well.
    BothRefused(usize),
    /// The calls do not differ.
    Alike,
}

/// What is known at the end, or so far.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    pub outcome: Outcome,
    pub matters: Vec<Matters>,
    /// The answer to the smallest call that was refused the same.
    pub minimal: Option<usize>,
    /// Parts that only make sense with each other.
    pub bound: Vec<usize>,
}

/// The next call, or what it came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Next {
    Ask(Mixture),
    Over(Finding),
}

/// Why the way ends here for now.
enum Stop {
    Ask(Mixture),
    Budget,
    Over(Outcome),
}

/// Calls that are kept for asking again at the end.
const AT_THE_END: usize = 4;

/// More reasons than this, each by itself, are no answer to anybody.
const MOST_SETS: usize = 4;

/// Walks as far as the answers go. Of what is given, `budget` calls may be made in all.
pub fn walk(roles: &[Role], against: bool, budget: usize, answers: &[(Mixture, Answer)]) -> Next {
    let mut walk = Walk {
        roles,
        answers,
        budget,
        sets: Vec::new(),
        among: Vec::new(),
        bound: Vec::new(),
        smallest: None,
    };
    let mut end = if against {
        walk.against()
    } else {
        walk.alone()
    };
    if matches!(end, Err(Stop::Budget)) {
        end = walk.spent();
    }
    let outcome = match end {
        Ok(outcome) | Err(Stop::Over(outcome)) => outcome,
        Err(Stop::Ask(mixture)) => return Next::Ask(mixture),
        Err(Stop::Budget) => Outcome::Budget(walk.suspects()),
    };
    Next::Over(walk.finding(outcome, against))
}

struct Walk<'a> {
    roles: &'a [Role],
    answers: &'a [(Mixture, Answer)],
    budget: usize,
    /// The sets found so far, each enough for the refusal.
    sets: Vec<Vec<usize>>,
    /// What the search was cutting into halves.
    among: Vec<usize>,
    bound: Vec<usize>,
    /// The smallest call known to be refused the same.
    smallest: Option<Mixture>,
}

impl Walk<'_> {
    fn all(&self) -> Mixture {
        vec![Take::Refused; self.roles.len()]
    }

    /// The call that works: all that differs is its own.
    fn working(&self) -> Mixture {
        let take = |role: &Role| {
            if role.differs {
                Take::Working
            } else {
                Take::Refused
            }
        };
        self.roles.iter().map(take).collect()
    }

    /// The working call with these parts of the refused one.
    fn with(&self, parts: &[usize]) -> Mixture {
        put(self.working(), parts, Take::Refused)
    }

    fn differing(&self) -> Vec<usize> {
        self.numbers(|role| role.differs)
    }

    fn numbers(&self, fits: impl Fn(&Role) -> bool) -> Vec<usize> {
        let numbered = self.roles.iter().enumerate();
        let found = numbered.filter(|(_, role)| fits(role));
        found.map(|(number, _)| number).collect()
    }

    /// The number of the answer that came when a mixture was asked for the `nth` time.
    fn number(&self, mixture: &Mixture, nth: usize) -> Option<usize> {
        let numbered = self.answers.iter().enumerate();
        let mut same = numbered.filter(|(_, (asked, _))| asked == mixture);
        same.nth(nth).map(|(number, _)| number)
    }

    fn asked(&self, mixture: &Mixture, nth: usize, room: usize) -> Result<Answer, Stop> {
        match self.number(mixture, nth) {
            Some(number) => Ok(self.answers[number].1),
            None if self.answers.len() >= room => Err(Stop::Budget),
            None => Err(Stop::Ask(mixture.clone())),
        }
    }

    /// An answer of the search itself, which leaves room for the last questions.
    fn ask(&self, mixture: &Mixture) -> Result<Answer, Stop> {
        self.asked(mixture, 0, self.budget - self.kept())
    }

    fn kept(&self) -> usize {
        AT_THE_END.min(self.budget / 4)
    }

    /// Whether there is room for one more call, or it was made before.
    fn has_room(&self, mixture: &Mixture) -> bool {
        self.number(mixture, 0).is_some() || self.answers.len() < self.budget - self.kept()
    }

    /// The same question until it was asked so often: another answer ends all.
    fn again(&self, mixture: &Mixture, times: usize) -> Result<(), Stop> {
        let Some(first) = self.number(mixture, 0) else {
            return Ok(());
        };
        for nth in 1..times {
            match self.asked(mixture, nth, self.budget) {
                Ok(answer) if answer != self.answers[first].1 => {
                    let other = self.number(mixture, nth).unwrap_or(first);
                    return Err(Stop::Over(Outcome::Flickers(first, other)));
                }
                Ok(_) => {}
                Err(Stop::Budget) => break,
                Err(stop) => return Err(stop),
            }
        }
        Ok(())
    }

    /// The call in question is refused, and refused again, or all ends here.
    fn refused_at_first(&self) -> Result<(), Stop> {
        let all = self.all();
        let first = self.ask(&all)?;
        self.again(&all, 2)?;
        match first {
            Answer::Works => Err(Stop::Over(Outcome::Fine(0))),
            _ => Ok(()),
        }
    }

    /// There is no room to search on: what is left shows whether the answers flickered.
    fn spent(&self) -> Result<Outcome, Stop> {
        self.again(&self.all(), 4)?;
        self.again(&self.working(), 3)?;
        Err(Stop::Budget)
    }

    fn against(&mut self) -> Result<Outcome, Stop> {
        self.refused_at_first()?;
        let mut open = self.differing();
        if open.is_empty() {
            return Ok(Outcome::Alike);
        }
        let (all, working) = (self.all(), self.working());
        if self.ask(&working)? != Answer::Works {
            self.again(&working, 2)?;
            self.again(&all, 3)?;
            let number = self.number(&working, 0).unwrap_or_default();
            return Ok(Outcome::BothRefused(number));
        }
        self.among = open.clone();
        let mended = loop {
            let set = self.smallest_set(open.clone())?;
            open.retain(|part| !set.contains(part));
            self.sets.push(set);
            self.among.clear();
            let mended = put(self.all(), &self.sets.concat(), Take::Working);
            if self.ask(&mended)? != Answer::Same {
                break mended;
            }
            if open.is_empty() || self.sets.len() == MOST_SETS {
                // All of it is the call that works.
                break working.clone();
            }
            self.among = open.clone();
        };
        let mended = self.unbound(mended)?;
        self.smallest = Some(self.with(&self.sets[0]));
        self.shrink()?;
        // What is more than one part may be a chance that looks like a rule.
        let more = usize::from(!matches!(&self.sets[..], [set] if set.len() == 1));
        self.again(&all, 3 + 2 * more)?;
        for mixture in [working, self.with(&self.sets[0]), mended.clone()] {
            self.again(&mixture, 2 + more)?;
        }
        let behind = self.number(&mended, 0);
        let behind = behind.filter(|number| self.answers[*number].1 == Answer::Other);
        Ok(match &self.sets[..] {
            [set] if set.len() == 1 => Outcome::One {
                part: set[0],
                behind,
            },
            [set] => Outcome::Together(set.clone()),
            sets => Outcome::Each(sets.to_vec()),
        })
    }

    /// The fewest of these parts with which the working call is refused the same, where with all
    /// of them it is: each turn finds the last one that is needed.
    fn smallest_set(&mut self, mut open: Vec<usize>) -> Result<Vec<usize>, Stop> {
        let mut found: Vec<usize> = Vec::new();
        while found.is_empty() || self.ask(&self.with(&found))? != Answer::Same {
            let (mut fine, mut refused) = (0, open.len());
            while refused - fine > 1 {
                let middle = fine + (refused - fine) / 2;
                let tried = [&open[..middle], &found[..]].concat();
                match self.ask(&self.with(&tried))? {
                    Answer::Same => refused = middle,
                    Answer::Works | Answer::Other => fine = middle,
                }
                self.among = [&open[..refused], &found[..]].concat();
            }
            let Some(last) = refused.checked_sub(1) else {
                break;
            };
            found.push(open[last]);
            open.truncate(last);
        }
        found.sort_unstable();
        let mut place = 0;
        while found.len() > 1 && place < found.len() {
            let mut fewer = found.clone();
            fewer.remove(place);
            match self.ask(&self.with(&fewer))? {
                Answer::Same => found = fewer,
                Answer::Works | Answer::Other => place += 1,
            }
        }
        Ok(found)
    }

    /// Two parts that belong together are each refused alone and fine with each other: they are
    /// no reason, and stay as they are.
    fn unbound(&mut self, mended: Mixture) -> Result<Mixture, Stop> {
        if self.sets.len() < 3 {
            return Ok(mended);
        }
        for one in 0..self.sets.len() {
            for other in one + 1..self.sets.len() {
                let both = [&self.sets[one][..], &self.sets[other]].concat();
                let mixed = self.with(&both);
                if !self.has_room(&mixed) || self.ask(&mixed)? != Answer::Works {
                    continue;
                }
                let mut rest = self.sets.clone();
                rest.remove(other);
                rest.remove(one);
                let kept = put(self.all(), &rest.concat(), Take::Working);
                if self.has_room(&kept) && self.ask(&kept)? == Answer::Works {
                    self.sets = rest;
                    self.bound = both;
                    return Ok(kept);
                }
            }
        }
        Ok(mended)
    }

    /// Leaves out of the smallest refused call what it is refused the same without, as far as
    /// there is room.
    fn shrink(&mut self) -> Result<(), Stop> {
        let Some(smallest) = self.smallest.clone() else {
            return Ok(());
        };
        let reasons = self.sets.concat();
        let is_there = |number: &usize| smallest[*number] != Take::Left;
        let parts = self.numbers(|role| role.may_go).into_iter();
        let parts = parts.filter(|number| !reasons.contains(number) && is_there(number));
        // The token comes last: without one most calls are refused in another way.
        let (token, others): (Vec<usize>, Vec<usize>) =
            parts.partition(|number| self.roles[*number].is_token);
        self.leave_out(&others)?;
        self.leave_out(&token)
    }

    fn leave_out(&mut self, parts: &[usize]) -> Result<(), Stop> {
        let Some(smallest) = self.smallest.clone().filter(|_| !parts.is_empty()) else {
            return Ok(());
        };
        let tried = put(smallest, parts, Take::Left);
        if !self.has_room(&tried) {
            return Ok(());
        }
        if self.ask(&tried)? == Answer::Same {
            self.smallest = Some(tried);
        } else if parts.len() > 1 {
            let (one, other) = parts.split_at(parts.len() / 2);
            self.leave_out(one)?;
            self.leave_out(other)?;
        }
        Ok(())
    }

    /// Nothing to compare with: parts are left out.
    fn alone(&mut self) -> Result<Outcome, Stop> {
        self.refused_at_first()?;
        let open = self.numbers(|role| role.may_go);
        let all = self.all();
        self.smallest = Some(all.clone());
        self.among = open.clone();
        let without = |parts: &[usize]| put(all.clone(), parts, Take::Left);
        let (token, others): (Vec<usize>, Vec<usize>) = open
            .iter()
            .partition(|number| self.roles[**number].is_token);
        // Most refusals are about who asks for what, and nothing else.
        if !others.is_empty() && self.ask(&without(&others))? == Answer::Same {
            self.smallest = Some(without(&others));
            self.among = token.clone();
            let outcome = match &token[..] {
                [] => Outcome::Address,
                token => match self.ask(&without(&open))? {
                    Answer::Same => {
                        self.smallest = Some(without(&open));
                        Outcome::Address
                    }
                    Answer::Works => one_of(token),
                    Answer::Other => Outcome::Needed(token.to_vec()),
                },
            };
            self.again(&all, 3)?;
            self.again(&without(&others), 2)?;
            return Ok(outcome);
        }
        let mut said = Vec::new();
        self.each(&others, &mut said)?;
        self.each(&token, &mut said)?;
        let those = |answer: Answer| -> Vec<usize> {
            let fits = said.iter().filter(|(_, own)| *own == answer);
            let mut parts: Vec<usize> = fits.map(|(part, _)| *part).collect();
            parts.sort_unstable();
            parts
        };
        let (reasons, idle, needed) = (
            those(Answer::Works),
            those(Answer::Same),
            those(Answer::Other),
        );
        self.among = [&reasons[..], &needed].concat();
        let joint = without(&idle);
        let mut outcome = match reasons.is_empty() {
            false => one_of(&reasons),
            true if open.is_empty() => Outcome::Address,
            true => Outcome::Needed(needed),
        };
        if !idle.is_empty() && self.has_room(&joint) {
            match self.ask(&joint)? {
                Answer::Same => self.smallest = Some(joint),
                // Each of some is enough for the refusal, so that leaving out one does nothing.
                Answer::Works if reasons.is_empty() => {
                    let twins = self.fewest_out(idle)?;
                    outcome = Outcome::Each(twins.iter().map(|part| vec![*part]).collect());
                }
                Answer::Works | Answer::Other => {}
            }
        }
        self.again(&all, 3)?;
        if let [first, ..] = reasons[..] {
            self.again(&without(&[first]), 2)?;
        }
        Ok(outcome)
    }

    /// What the call is answered without each of these: several at once that it is refused the
    /// same without need not be asked one by one.
    fn each(&self, parts: &[usize], said: &mut Vec<(usize, Answer)>) -> Result<(), Stop> {
        // Halves are worth it where one by one would not fit.
        let left = (self.budget - self.kept()).saturating_sub(2);
        if parts.len() > left && parts.len() > 1 {
            let tried = put(self.all(), parts, Take::Left);
            if self.ask(&tried)? == Answer::Same {
                said.extend(parts.iter().map(|part| (*part, Answer::Same)));
                return Ok(());
            }
            let (one, other) = parts.split_at(parts.len() / 2);
            self.halves(one, said)?;
            return self.halves(other, said);
        }
        for part in parts {
            let answer = self.ask(&put(self.all(), &[*part], Take::Left))?;
            said.push((*part, answer));
        }
        Ok(())
    }

    fn halves(&self, parts: &[usize], said: &mut Vec<(usize, Answer)>) -> Result<(), Stop> {
        let answer = self.ask(&put(self.all(), parts, Take::Left))?;
        match parts {
            [] => {}
            [part] => said.push((*part, answer)),
            _ if answer == Answer::Same => {
                said.extend(parts.iter().map(|part| (*part, Answer::Same)));
            }
            _ => {
                let (one, other) = parts.split_at(parts.len() / 2);
                self.halves(one, said)?;
                self.halves(other, said)?;
            }
        }
        Ok(())
    }

    /// The fewest of these that have to be left out for the call to work, where without all of
    /// them it does.
    fn fewest_out(&self, mut open: Vec<usize>) -> Result<Vec<usize>, Stop> {
        let mut found: Vec<usize> = Vec::new();
        let without = |parts: &[usize]| put(self.all(), parts, Take::Left);
        while found.is_empty() || self.ask(&without(&found))? != Answer::Works {
            let (mut refused, mut fine) = (0, open.len());
            while fine - refused > 1 {
                let middle = refused + (fine - refused) / 2;
                let tried = [&open[..middle], &found[..]].concat();
                match self.ask(&without(&tried))? {
                    Answer::Works => fine = middle,
                    Answer::Same | Answer::Other => refused = middle,
                }
            }
            let Some(last) = fine.checked_sub(1) else {
                break;
            };
            found.push(open[last]);
            open.truncate(last);
        }
        found.sort_unstable();
        Ok(found)
    }

    /// On what the refusal may still hang.
    fn suspects(&self) -> Vec<usize> {
        let mut parts = [&self.sets.concat()[..], &self.among].concat();
        parts.sort_unstable();
        parts.dedup();
        parts
    }

    fn finding(&self, outcome: Outcome, against: bool) -> Finding {
        let yes: Vec<usize> = match &outcome {
            Outcome::One { part, .. } => vec![*part],
            Outcome::Together(parts) | Outcome::Needed(parts) => parts.clone(),
            Outcome::Each(sets) => sets.concat(),
            _ => Vec::new(),
        };
        let is_sure = !matches!(
            outcome,
            Outcome::Flickers(..) | Outcome::Fine(_) | Outcome::BothRefused(_)
        );
        let matters = |part: usize| match () {
            _ if yes.contains(&part) => Matters::Yes,
            _ if is_sure && self.is_harmless(part, against) => Matters::No,
            _ => Matters::Unknown,
        };
        let minimal = self.smallest.as_ref();
        Finding {
            matters: (0..self.roles.len()).map(matters).collect(),
            minimal: minimal
                .and_then(|mixture| self.number(mixture, 0))
                .or_else(|| (!self.answers.is_empty() && is_sure).then_some(0)),
            bound: self.bound.clone(),
            outcome,
        }
    }

    /// Whether an answer shows that a part is no reason: a call works with it, or is refused the
    /// same without it.
    fn is_harmless(&self, part: usize, against: bool) -> bool {
        let shows = |(mixture, answer): &(Mixture, Answer)| {
            if against {
                mixture[part] == Take::Refused && *answer == Answer::Works
            } else {
                mixture[part] == Take::Left && *answer == Answer::Same
            }
        };
        self.answers.iter().any(shows)
    }
}

fn one_of(parts: &[usize]) -> Outcome {
    match parts {
        [part] => Outcome::One {
            part: *part,
            behind: None,
        },
        parts => Outcome::Together(parts.to_vec()),
    }
}

fn put(mut mixture: Mixture, parts: &[usize], take: Take) -> Mixture {
    for part in parts {
        mixture[*part] = take;
    }
    mixture
}
