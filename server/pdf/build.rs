//! Embeds the faces of the paper, so that the worker needs no font on the machine it runs on and prints the
//! same bytes everywhere.
//!
//! The files come from npm, because only those packages ship whole TTFs; `web/package-lock.json` pins them
//! for page and paper alike.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs};

/// Package, folder and file of every face, below `web/node_modules/@expo-google-fonts`. Three weights are
/// enough: the words, the emphasis, and the thin numeral that opens a chapter. Arabic has two.
const FACES: [&str; 15] = [
    "amiri/400Regular/Amiri_400Regular.ttf",
    "amiri/400Regular_Italic/Amiri_400Regular_Italic.ttf",
    "amiri/700Bold/Amiri_700Bold.ttf",
    "amiri/700Bold_Italic/Amiri_700Bold_Italic.ttf",
    "noto-naskh-arabic/400Regular/NotoNaskhArabic_400Regular.ttf",
    "noto-naskh-arabic/600SemiBold/NotoNaskhArabic_600SemiBold.ttf",
    "source-serif-4/400Regular/SourceSerif4_400Regular.ttf",
    "source-serif-4/400Regular_Italic/SourceSerif4_400Regular_Italic.ttf",
    "source-serif-4/600SemiBold/SourceSerif4_600SemiBold.ttf",
    "source-serif-4/600SemiBold_Italic/SourceSerif4_600SemiBold_Italic.ttf",
    "source-sans-3/300Light/SourceSans3_300Light.ttf",
    "source-sans-3/400Regular/SourceSans3_400Regular.ttf",
    "source-sans-3/400Regular_Italic/SourceSans3_400Regular_Italic.ttf",
    "source-sans-3/600SemiBold/SourceSans3_600SemiBold.ttf",
    "source-sans-3/600SemiBold_Italic/SourceSans3_600SemiBold_Italic.ttf",
];

fn main() {
    let crate_folder =
        PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").expect("cargo names the crate's folder"));
    let packages = crate_folder.join("../../web/node_modules/@expo-google-fonts");
    println!("cargo::rerun-if-changed=build.rs");

    let mut list = String::from("[\n");
    for face in FACES {
        let file = packages.join(face);
        println!("cargo::rerun-if-changed={}", file.display());
        if !file.is_file() {
            println!(
                "cargo::error=the font {} is missing: run `npm ci` in the folder `web`, then build again",
                face
            );
            return;
        }
        writeln!(list, "    include_bytes!({:?}),", canonical(&file)).expect("a String takes every write");
    }
    list.push(']');

    let out = PathBuf::from(env::var_os("OUT_DIR").expect("cargo names the output folder")).join("faces.rs");
    fs::write(&out, list).unwrap_or_else(|error| panic!("cannot write {}: {error}", out.display()));
}

fn canonical(file: &Path) -> PathBuf {
    file.canonicalize().unwrap_or_else(|error| panic!("cannot resolve {}: {error}", file.display()))
}
