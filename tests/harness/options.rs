//! The few options of the measuring programs: `--name VALUE`.

/// The number that follows this option; `None` if it was not given.
///
/// # Panics
/// If what follows is not a number.
pub fn number(name: &str) -> Option<u64> {
    let value = text(name)?;
    Some(value.parse().unwrap_or_else(|_| panic!("{name} takes a number, not {value:?}")))
}

/// The text that follows this option; `None` if it was not given.
pub fn text(name: &str) -> Option<String> {
    let mut arguments = std::env::args().skip_while(|argument| argument != name);
    arguments.next()?;
    Some(arguments.next().unwrap_or_else(|| panic!("{name} takes a value")))
}

/// The words that belong to no option, in order.
pub fn words() -> Vec<String> {
    let mut words = Vec::new();
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        if argument.starts_with("--") {
            // Its value.
            arguments.next();
        } else {
            words.push(argument);
        }
    }
    words
}
