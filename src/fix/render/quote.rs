//! Command lines, quoted for a shell.

use std::fmt::Write as _;

/// A shell that commands are quoted for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Shell {
    /// `sh`, `bash`, `zsh`.
    #[default]
    Posix,
    /// PowerShell.
    PowerShell,
}

/// One argument.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Arg {
    /// Text, quoted where the shell needs it.
    Text(String),
    /// The output of another command.
    Output(Command),
    /// Text followed by the output of another command.
    TextAndOutput(String, Command),
    /// A new GUID.
    NewGuid(String),
}

/// A command line.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Command(Vec<Arg>);

impl Command {
    /// A command of plain words.
    pub fn new(words: &str) -> Self {
        Command(words.split(' ').map(|word| Arg::Text(word.to_owned())).collect())
    }
    /// With an option and its value.
    pub fn with(mut self, option: &str, value: impl Into<String>) -> Self {
        self.0.push(Arg::Text(option.to_owned()));
        self.0.push(Arg::Text(value.into()));
        self
    }
    /// With an option and a value that another command prints.
    pub fn with_output(mut self, option: &str, of: Command) -> Self {
        self.0.push(Arg::Text(option.to_owned()));
        self.0.push(Arg::Output(of));
        self
    }
    /// With one more argument.
    pub fn and(mut self, arg: Arg) -> Self {
        self.0.push(arg);
        self
    }
    /// The arguments.
    pub fn args(&self) -> &[Arg] {
        &self.0
    }

    /// One line for a shell. Characters that act on terminals cannot stand in names of Azure and are left out.
    pub fn line(&self, shell: Shell) -> String {
        let mut line = String::new();
        for (at, arg) in self.0.iter().enumerate() {
            if at > 0 {
                line.push(' ');
            }
            match arg {
                Arg::Text(text) => line.push_str(&quoted(text, shell)),
                Arg::Output(command) => {
                    let _ = write!(line, "\"$({})\"", command.line(shell));
                }
                Arg::TextAndOutput(text, command) => {
                    let _ = write!(line, "\"{}$({})\"", bare(text), command.line(shell));
                }
                Arg::NewGuid(before) => {
                    let guid = match shell {
                        Shell::Posix => "$(uuidgen)",
                        Shell::PowerShell => "$((New-Guid).Guid)",
                    };
                    let _ = write!(line, "\"{}{guid}\"", bare(before));
                }
            }
        }
        line
    }
}

/// What needs no quotes in any shell.
fn is_plain(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.' | '/' | ':' | '=' | '+')
}

/// Text that stands next to or inside double quotes: only what needs no quoting stays.
fn bare(text: &str) -> String {
    text.chars().filter(|c| is_plain(*c) || matches!(c, '?' | '&')).collect()
}

fn quoted(text: &str, shell: Shell) -> String {
    let text: String = text.chars().filter(|c| !crate::model::acts_on_terminals(*c) && *c != '\n').collect();
    if !text.is_empty() && text.chars().all(is_plain) {
        return text;
    }
    match shell {
        Shell::Posix => format!("'{}'", text.replace('\'', r"'\''")),
        // Double quotes reach a native command only behind a backslash. Source: "Quoting issues with PowerShell", Azure CLI.
        Shell::PowerShell => format!("'{}'", text.replace('\'', "''").replace('"', "\\\"")),
    }
}
