//! The reference that one thread of a host holds on a configuration.

use crate::mailbox::Mailbox;
use serde::Serialize;
use std::sync::Arc;
use superconfig::{Error, ErrorCode, Format, Path, RenderOptions, Snapshot, Status, SuperConfig};

/// The description of a path without a value.
#[derive(Debug, PartialEq, Serialize)]
pub struct MissingPath {
    /// Whether the schema declares the path, so that nothing is a value that it allows.
    pub optional: bool,
    /// The part of the path down to a secret that it leads into: what follows is not shown.
    pub secret: Option<Path>,
    /// The known path closest to it.
    pub closest: Option<Path>,
}

/// A reference to a configuration, and the snapshot that everything is read from until its holder moves on: so all values
/// that it reads belong together.
///
/// ```
/// use superconfig::{Format, SuperConfig};
/// use superconfig_binding::Attachment;
///
/// let mut attachment = Attachment::new(SuperConfig::builder().text("port = 80", Format::Toml).load()?)?;
/// attachment.sync()?;
/// assert_eq!(attachment.status()?.version, attachment.pinned.version());
/// # Ok::<(), superconfig::Error>(())
/// ```
pub struct Attachment {
    /// The configuration, which ends with the last reference.
    pub config: SuperConfig,
    /// The version that is read.
    pub pinned: Arc<Snapshot>,
    /// The events since the host last took them, while it listens.
    pub mailbox: Option<Mailbox>,
}

impl Attachment {
    /// Pins the newest version.
    ///
    /// # Errors
    /// `ERR_SUPERCONFIG_CLOSED` where the configuration is closed.
    pub fn new(config: SuperConfig) -> Result<Self, Error> {
        let pinned = config.snapshot()?;
        Ok(Self { config, pinned, mailbox: None })
    }

    /// Moves to the newest version.
    ///
    /// # Errors
    /// `ERR_SUPERCONFIG_CLOSED` where the configuration is closed.
    pub fn sync(&mut self) -> Result<&Snapshot, Error> {
        self.pinned = self.config.snapshot()?;
        Ok(&self.pinned)
    }

    /// The snapshot for positions, layers and warnings: a reload that changes no value may still move them.
    pub fn described(&self) -> Arc<Snapshot> {
        let newest = self.config.snapshot().ok().filter(|newest| newest.version() == self.pinned.version());
        newest.unwrap_or_else(|| self.pinned.clone())
    }

    /// The version that is read as text of a format, as the options say.
    ///
    /// # Errors
    /// `ERR_SUPERCONFIG_OPTION` for what is not the name of a format that is written, and those of [`Snapshot::render`].
    pub fn render(&self, format: &str, options: RenderOptions) -> Result<String, Error> {
        self.pinned.render_with(written_format(format)?, options)
    }

    /// Describes a path at which the version that is read has nothing.
    pub fn missing(&self, path: &Path) -> MissingPath {
        let visible = self.pinned.visible_path(path);
        MissingPath {
            optional: self.pinned.is_optional(path),
            secret: (visible.len() < path.len()).then_some(visible),
            closest: self.pinned.closest_path(path),
        }
    }

    /// The status of the configuration, with the pinned version and its profiles.
    ///
    /// # Errors
    /// `ERR_SUPERCONFIG_CLOSED` where the configuration is closed.
    pub fn status(&self) -> Result<Status, Error> {
        let mut status = self.config.status()?;
        let pinned = self.described();
        status.version = pinned.version();
        status.profiles = pinned.profiles().to_vec();
        Ok(status)
    }
}

/// The format of a name, if values are written in it.
///
/// # Errors
/// `ERR_SUPERCONFIG_OPTION`, with the formats that there are.
pub fn written_format(name: &str) -> Result<Format, Error> {
    let known = Format::ALL.into_iter().find(|known| known.is_written() && known.as_str() == name);
    known.ok_or_else(|| {
        let names = Format::ALL.into_iter().filter(|format| format.is_written()).map(Format::as_str);
        let hint = format!("the formats are {}", names.collect::<Vec<_>>().join(", "));
        Error::new(ErrorCode::Option, format!("a configuration is not written as {name:?}")).with_hint(hint)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use superconfig::{Environment, ReloadInputs};

    fn attached() -> Attachment {
        let environment = Environment::from_pairs([("APP_PORT", "80"), ("APP_PASSWORD", "hunter2")]);
        Attachment::new(SuperConfig::builder().profile("test").env("APP").load_with(environment).unwrap()).unwrap()
    }

    #[test]
    fn a_missing_path_is_described_down_to_a_secret() {
        let schema = superconfig::parse(r#"{"properties":{"host":{}}}"#, Format::Json).unwrap();
        let text = "port = 1\n[credentials]\nuser = 'x'";
        let attached =
            Attachment::new(SuperConfig::builder().text(text, Format::Toml).json_schema(schema).load().unwrap()).unwrap();
        let described = |path: &str| attached.missing(&path.parse().unwrap());
        let plain = MissingPath { optional: false, secret: None, closest: None };
        assert_eq!(described("host"), MissingPath { optional: true, ..plain });
        assert_eq!(described("prot"), MissingPath { closest: Some("port".parse().unwrap()), ..described("zzz") });
        assert_eq!(
            described("credentials.usr"),
            MissingPath { secret: Some("credentials".parse().unwrap()), ..described("zzz") }
        );
    }

    fn reload(attachment: &Attachment, port: &str) {
        let environment = Some(Environment::from_pairs([("APP_PORT", port), ("APP_PASSWORD", "hunter2")]));
        attachment.config.reload_with(ReloadInputs { environment, ..ReloadInputs::default() }).unwrap();
    }

    #[test]
    fn attachment_reads_one_version_until_it_syncs() {
        let mut attachment = attached();
        reload(&attachment, "81");
        assert_eq!((attachment.pinned.version(), attachment.described().version()), (1, 1));
        let status = attachment.status().unwrap();
        assert_eq!((status.version, status.profiles), (1, vec!["test".to_owned()]));
        assert_eq!(attachment.sync().unwrap().version(), 2);
        assert_eq!(attachment.status().unwrap().version, 2);
        attachment.config.close();
        assert_eq!(attachment.sync().err().unwrap().code(), ErrorCode::Closed);
        assert_eq!(attachment.status().unwrap_err().code(), ErrorCode::Closed);
        assert_eq!(attachment.described().version(), 2, "what was pinned stays");
        assert_eq!(Attachment::new(attachment.config).err().unwrap().code(), ErrorCode::Closed);
    }

    #[test]
    fn render_rejects_formats_without_a_writer() {
        let attachment = attached();
        assert_eq!(attachment.render("json", RenderOptions::default()).unwrap(), r#"{"password":"[redacted]","port":80}"#);
        assert_eq!(
            attachment.render("yaml", RenderOptions { secrets: true, ..RenderOptions::default() }).unwrap(),
            "password: hunter2\nport: 80\n"
        );
        for name in ["ini", "tmol", ""] {
            let error = attachment.render(name, RenderOptions::default()).unwrap_err();
            assert_eq!(
                (error.code(), error.message()),
                (ErrorCode::Option, &*format!("a configuration is not written as {name:?}"))
            );
            assert_eq!(error.hint(), Some("the formats are json, jsonc, json5, toml, yaml, dotenv"));
        }
    }
}
