//! Sizes as people write and read them.

/// Reads `64MB`, `1.5 KiB` or `200` as bytes: decimal units are powers of 1,000, binary ones of
/// 1,024.
pub fn size(text: &str) -> Option<u64> {
    let text = text.trim();
    let end = text
        .find(|c: char| !c.is_ascii_digit() && c != '.')
        .unwrap_or(text.len());
    let number: f64 = text[..end].parse().ok()?;
    let factor: u64 = match text[end..].trim().to_ascii_lowercase().as_str() {
        "" | "b" => 1,
        "kb" => 1_000,
        "mb" => 1_000_000,
        "gb" => 1_000_000_000,
        "kib" => 1 << 10,
        "mib" => 1 << 20,
        "gib" => 1 << 30,
        _ => return None,
    };
    Some((number * factor as f64) as u64)
}

/// Writes a number of bytes with up to three figures: `214 B`, `1.2 KB`, `64 MB`.
pub fn size_text(bytes: u64) -> String {
    let mut value = bytes as f64;
    let mut unit = "B";
    for larger in ["KB", "MB", "GB"] {
        if value < 1_000.0 {
            break;
        }
        value /= 1_000.0;
        unit = larger;
    }
    if unit == "B" || value >= 99.95 || (value - value.round()).abs() < 0.05 {
        format!("{value:.0} {unit}")
    } else {
        format!("{value:.1} {unit}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_read_with_their_units() {
        assert_eq!(size("200"), Some(200));
        assert_eq!(size("64MB"), Some(64_000_000));
        assert_eq!(size(" 1.5 KiB"), Some(1_536));
        assert_eq!(size("2 gib"), Some(2_147_483_648));
        for wrong in ["", "MB", "-1", "1 TB", "1.2.3"] {
            assert_eq!(size(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn sizes_are_written_with_three_figures_at_most() {
        assert_eq!(size_text(214), "214 B");
        assert_eq!(size_text(1_240), "1.2 KB");
        assert_eq!(size_text(64_000_000), "64 MB");
        assert_eq!(size_text(123_456_789), "123 MB");
    }
}
