//! The endpoints of an API, as its pack lists them: the builder completes from them, explanations
//! and matrix rows read them, and they tell which part of a path is a name and which an id.

use crate::insight::Grounds;
use crate::model::{RequestSpec, Session, Step};

/// One method on one path; `{name}` in the path stands for a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Endpoint {
    pub method: String,
    pub path: String,
    pub purpose: String,
    pub grounds: Grounds,
}

impl Endpoint {
    /// The same below the path under which the API is kept.
    #[must_use]
    pub fn under(&self, prefix: &str) -> Endpoint {
        Endpoint {
            path: format!("{prefix}{}", self.path),
            ..self.clone()
        }
    }

    /// The text that stands in each `{place}` of the pattern, still encoded; `None` where the
    /// path is another one. An empty text fills no place.
    pub fn values<'p>(&self, path: &'p str) -> Option<Vec<&'p str>> {
        let mut values = Vec::new();
        let mut given = path.split('/');
        for part in self.path.split('/') {
            let here = given.next()?;
            if part.starts_with('{') {
                if here.is_empty() {
                    return None;
                }
                values.push(here);
            } else if part != here {
                return None;
            }
        }
        given.next().is_none().then_some(values)
    }

    fn places(&self) -> usize {
        self.path.matches('{').count()
    }
}

/// The endpoints of one path, one for each method. A path spelled out wins over a pattern, so
/// `/users/me` is not the user of id `me`.
pub fn endpoints_at<'e>(endpoints: &'e [Endpoint], path: &str) -> Vec<&'e Endpoint> {
    let matching = || endpoints.iter().filter(|e| e.values(path).is_some());
    let fewest = matching().map(Endpoint::places).min();
    matching().filter(|e| Some(e.places()) == fewest).collect()
}

/// Every endpoint that is only read, as a session: what stands in the places of a path is taken
/// from the first item of its list, so that it can be asked of any instance.
pub fn reading_session(endpoints: &[Endpoint]) -> Session {
    let mut steps = Vec::new();
    let mut known: Vec<&str> = Vec::new();
    for endpoint in endpoints.iter().filter(|e| e.method == "GET") {
        let mut url = format!("{{{{base}}}}{}", endpoint.path);
        for place in places(&endpoint.path) {
            url = url.replace(&format!("{{{place}}}"), &format!("{{{{{place}}}}}"));
        }
        let mut step = Step {
            name: endpoint.purpose.clone(),
            spec: RequestSpec::new("GET", url),
            ..Step::default()
        };
        // The place that a list fills stands behind the list's own path.
        let filled = endpoints.iter().find_map(|other| {
            let rest = other.path.strip_prefix(endpoint.path.as_str())?;
            let place = rest.strip_prefix("/{")?.split('}').next()?;
            (!known.contains(&place)).then_some(place)
        });
        if let Some(place) = filled {
            known.push(place);
            step.capture.push((place.to_owned(), "/data/0/id".into()));
        }
        steps.push(step);
    }
    Session {
        name: "all endpoints that are read".to_owned(),
        steps,
        ..Session::default()
    }
}

/// The names of the places of a path.
pub fn places(path: &str) -> impl Iterator<Item = &str> {
    let parts = path.split('/');
    parts.filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shelves() -> Vec<Endpoint> {
        let all = [
            ("GET", "/users/me"),
            ("GET", "/users"),
            ("GET", "/users/{user}"),
            ("GET", "/shelves"),
            ("POST", "/shelves"),
            ("GET", "/shelves/{shelf}/books"),
            ("GET", "/shelves/{shelf}/books/{book}"),
        ];
        let endpoint = |(method, path): &(&str, &str)| Endpoint {
            method: (*method).to_owned(),
            path: (*path).to_owned(),
            purpose: String::new(),
            grounds: Grounds::Inferred,
        };
        all.iter().map(endpoint).collect()
    }

    #[test]
    fn a_pattern_gives_the_values_in_its_places() {
        let all = shelves();
        let at = |path| {
            endpoints_at(&all, path)
                .first()
                .and_then(|e| e.values(path))
        };
        assert_eq!(at("/shelves/7/books/3"), Some(vec!["7", "3"]));
        assert_eq!(at("/shelves"), Some(vec![]));
        assert_eq!(at("/shelves/"), None);
        assert_eq!(at("/v1/shelves"), None);
        let below = shelves()[3].under("/v1");
        assert_eq!(below.values("/v1/shelves"), Some(vec![]));
    }

    #[test]
    fn a_path_spelled_out_wins_over_a_pattern() {
        let all = shelves();
        let paths: Vec<_> = endpoints_at(&all, "/users/me")
            .iter()
            .map(|e| e.path.as_str())
            .collect();
        assert_eq!(paths, ["/users/me"]);
        assert_eq!(endpoints_at(&all, "/shelves").len(), 2);
    }

    #[test]
    fn every_place_of_the_reading_session_is_filled_by_an_earlier_step() {
        let session = reading_session(&shelves());
        let mut filled = Vec::new();
        for step in &session.steps {
            let path = step.spec.url.replace("{{", "{").replace("}}", "}");
            for place in places(path.strip_prefix("{base}").unwrap()) {
                assert!(filled.contains(&place.to_owned()), "{path}");
            }
            filled.extend(step.capture.iter().map(|(name, _)| name.clone()));
        }
        assert_eq!((session.steps.len(), filled.len()), (6, 3));
    }
}
