//! The table of calibration as TOML: `points = [[weight, right], …]`, both from 0 to 1.

use crate::insight::calibration::{Calibration, Point};
use serde::Deserialize;

const TABLE: &str = include_str!("../../assets/calibration.toml");

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    points: Vec<(f32, f32)>,
}

/// The table that comes with the program. A test proves that it can be read; were it not, the
/// weights themselves would be said.
pub fn built_in() -> Calibration {
    read(TABLE).unwrap_or_default()
}

/// `None` where it cannot be read or goes down somewhere.
pub fn read(text: &str) -> Option<Calibration> {
    let file: File = toml::from_str(text).ok()?;
    let thousandths = |number: f32| (number.clamp(0.0, 1.0) * 1000.0).round() as u16;
    let points = file.points.into_iter().map(|(weight, right)| Point {
        weight: thousandths(weight),
        right: thousandths(right),
    });
    let points: Vec<Point> = points.collect();
    let goes_up =
        |pair: &[Point]| pair[0].weight < pair[1].weight && pair[0].right <= pair[1].right;
    points
        .windows(2)
        .all(goes_up)
        .then_some(Calibration { points })
}

/// Writes the table, for the test that fits it to new data.
pub fn write(calibration: &Calibration) -> String {
    let part = |number: u16| f32::from(number) / 1000.0;
    let row = |point: &Point| {
        format!(
            "    [{:.3}, {:.3}],\n",
            part(point.weight),
            part(point.right)
        )
    };
    let rows: String = calibration.points.iter().map(row).collect();
    format!(
        "# How often a first cause was right, by the weight of its evidence: [weight, share that was right].\n# Fitted by `UPDATE=1 cargo test --test refusals fit` over tests/refusals/seen.toml.\npoints = [\n{rows}]\n"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_read_as_it_is_written_and_refused_where_it_goes_down() {
        let table = built_in();
        assert!(!table.points.is_empty());
        assert_eq!(read(&write(&table)), Some(table));
        assert_eq!(read("points = [[0.5, 0.9], [0.6, 0.8]]"), None);
    }
}
