//! Turns the packs of knowledge into what the program carries: each pack in a form that is read
//! in a tenth of the time that its text takes, without its examples, and the texts themselves,
//! packed, for who wants to read them. The texts of causes are turned likewise.

use flate2::Compression;
use flate2::write::DeflateEncoder;
use std::collections::BTreeMap;
use std::error::Error;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::{env, fs};
use toml::{Table, Value};

/// Read at every call, so that it is kept as it is.
const ALWAYS_READ: [&str; 2] = ["index", "http"];

fn main() -> Result<(), Box<dyn Error>> {
    let source = Path::new("assets/knowledge");
    println!("cargo:rerun-if-changed=assets/build.rs");
    println!("cargo:rerun-if-changed={}", source.display());
    let target = PathBuf::from(env::var_os("OUT_DIR").ok_or("cargo names no OUT_DIR")?);

    let causes = "assets/catalogue/causes.toml";
    println!("cargo:rerun-if-changed={causes}");
    let table: Table = fs::read_to_string(causes)?.parse()?;
    fs::write(target.join("causes.quick"), rmp_serde::to_vec(&table)?)?;

    let mut rows = String::new();
    let mut codes: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let mut index = false;
    for file in files(source)? {
        let id = file.file_stem().and_then(|stem| stem.to_str());
        let id = id.ok_or("a pack has a name that is no text")?.to_owned();
        println!("cargo:rerun-if-changed={}", file.display());
        let text = fs::read_to_string(&file)?;
        let mut table: Table = text.parse().map_err(|error| format!("{id}: {error}"))?;
        table.remove("example");
        let quick = rmp_serde::to_vec(&table)?;
        let is_packed = !ALWAYS_READ.contains(&id.as_str());
        let quick = if is_packed { packed(&quick)? } else { quick };
        fs::write(target.join(format!("{id}.quick")), quick)?;
        if id == "index" {
            index = true;
            continue;
        }
        fs::write(target.join(format!("{id}.text")), packed(text.as_bytes())?)?;
        codes.insert(id.clone(), codes_of(&table));
        rows.push_str(&format!(
            "Source {{ id: {id:?}, is_packed: {is_packed}, quick: include_bytes!(concat!(env!(\"OUT_DIR\"), \"/{id}.quick\")), text: include_bytes!(concat!(env!(\"OUT_DIR\"), \"/{id}.text\")) }},\n"
        ));
    }
    if !index {
        return Err("assets/knowledge/index.toml is missing".into());
    }
    fs::write(
        target.join("codes.quick"),
        packed(&rmp_serde::to_vec(&codes)?)?,
    )?;
    fs::write(target.join("packs.rs"), format!("&[\n{rows}]"))?;
    Ok(())
}

/// The files of a folder that are TOML, by name.
fn files(folder: &Path) -> Result<Vec<PathBuf>, Box<dyn Error>> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.extension().is_some_and(|ending| ending == "toml") {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}

fn packed(bytes: &[u8]) -> Result<Vec<u8>, Box<dyn Error>> {
    let mut encoder = DeflateEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(bytes)?;
    Ok(encoder.finish()?)
}

/// The error codes that a pack explains.
fn codes_of(pack: &Table) -> Vec<String> {
    let rows = pack.get("code").and_then(Value::as_array);
    let code = |row: &Value| Some(row.get("code")?.as_str()?.to_owned());
    rows.into_iter().flatten().filter_map(code).collect()
}
