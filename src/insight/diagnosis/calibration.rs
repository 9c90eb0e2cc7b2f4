//! From the weight of evidence to a confidence that can be believed: how often such evidence was
//! right in cases whose cause is known.

/// A number from 0 to 1, in thousandths.
pub type Thousandths = u16;

/// Of verdicts with so much weight, so many were right.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Point {
    pub weight: Thousandths,
    pub right: Thousandths,
}

/// What was measured, weight going up and never less right. Empty: the weight itself is said.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Calibration {
    pub points: Vec<Point>,
}

impl Calibration {
    /// The share of verdicts of this weight that were right.
    pub fn right(&self, weight: f32) -> f32 {
        let part = |number: Thousandths| f32::from(number) / 1000.0;
        let after = self.points.iter().position(|p| part(p.weight) >= weight);
        match (after, self.points.last()) {
            (_, None) => weight,
            (None, Some(last)) => part(last.right),
            (Some(0), _) => part(self.points[0].right),
            (Some(place), _) => {
                let (low, high) = (self.points[place - 1], self.points[place]);
                let width = part(high.weight) - part(low.weight);
                let along = (weight - part(low.weight)) / width;
                part(low.right) + along * (part(high.right) - part(low.right))
            }
        }
    }
}

/// The table that fits what was seen: weights with whether the verdict was right. Neighbours that
/// would go down are pooled (isotonic regression); two made-up verdicts, one of each kind, keep a
/// small pool from being certain. Each wrong verdict counts for `wrong_weight`: where rules were
/// mended on the very cases, fewer are wrong among them than among new ones.
pub fn fitted(seen: &[(f32, bool)], wrong_weight: f32) -> Calibration {
    struct Pool {
        weights: f32,
        right: f32,
        count: f32,
    }
    let share = |pool: &Pool| pool.right / pool.count;
    let mut seen = seen.to_vec();
    seen.sort_by(|a, b| a.0.total_cmp(&b.0));
    let mut pools: Vec<Pool> = Vec::new();
    for (weight, is_right) in seen {
        let (right, count) = if is_right {
            (1.0, 1.0)
        } else {
            (0.0, wrong_weight)
        };
        pools.push(Pool {
            weights: weight * count,
            right,
            count,
        });
        while let [.., before, last] = &pools[..]
            && (share(before) >= share(last) || before.count < LEAST_POOL)
        {
            let Some(last) = pools.pop() else { break };
            if let Some(before) = pools.last_mut() {
                before.weights += last.weights;
                before.right += last.right;
                before.count += last.count;
            }
        }
    }
    let thousandths = |number: f32| (number * 1000.0).round() as Thousandths;
    let points = pools.iter().map(|pool| Point {
        weight: thousandths(pool.weights / pool.count),
        right: thousandths((pool.right + 1.0) / (pool.count + 2.0)),
    });
    let mut points: Vec<Point> = points.collect();
    // The made-up ones weigh more in a small pool, which may not make the table go down.
    for place in 1..points.len() {
        points[place].right = points[place].right.max(points[place - 1].right);
    }
    points.dedup_by_key(|point| point.weight);
    Calibration { points }
}

/// Fewer verdicts than this are no measure.
const LEAST_POOL: f32 = 8.0;

#[cfg(test)]
mod tests {
    use super::*;

    fn points(list: &[(u16, u16)]) -> Calibration {
        let point = |(weight, right): &(u16, u16)| Point {
            weight: *weight,
            right: *right,
        };
        Calibration {
            points: list.iter().map(point).collect(),
        }
    }

    #[test]
    fn a_weight_between_two_points_lies_between_what_they_say() {
        let table = points(&[(200, 100), (600, 500), (800, 950)]);
        assert_eq!(table.right(0.1), 0.1);
        assert!((table.right(0.4) - 0.3).abs() < 0.001);
        assert!((table.right(0.7) - 0.725).abs() < 0.001);
        assert_eq!(table.right(0.99), 0.95);
        assert_eq!(Calibration::default().right(0.4), 0.4);
    }

    #[test]
    fn what_goes_down_is_pooled_and_the_fit_never_does() {
        let seen: Vec<(f32, bool)> = (0..100)
            .map(|n| (n as f32 / 100.0, n % 10 < n / 10))
            .collect();
        let table = fitted(&seen, 1.0);
        let strict = fitted(&seen, 3.0);
        assert!(strict.right(0.5) < table.right(0.5));
        assert!(table.points.len() > 3, "{table:?}");
        for pair in table.points.windows(2) {
            assert!(pair[0].weight < pair[1].weight && pair[0].right <= pair[1].right);
        }
        assert!(table.right(0.05) < 0.2 && table.right(0.95) > 0.75);
    }
}
