//! Prepares a request, or a call that was made, for export: filled in as for sending, with a
//! placeholder for every secret, and without what the border holds back.

use super::marks::Marks;
use super::names::Placeholder;
use super::text::{Text, pairs};
use super::{Ground, Pair, is_secret, mask_of, why_not_written};
use crate::format::extract::{Extractor, user_of};
use crate::insight::Exchange;
use crate::insight::redact::Mask;
use crate::model::{
    Auth, Author, Body, Border, Consent, Environment, FORM, Failure, Headers, MASK, Origin,
    Outcome, Part, Piece, RequestSpec, SentRequest, Slot, TokenName, as_data, as_text, encoded,
    names_in, placed, resolve, slot, with_pieces,
};
use std::collections::HashSet;

/// A request that another program is to make.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outbound {
    pub method: String,
    /// The URL up to its query. What follows a `#` is never sent.
    pub address: Text,
    pub query: Option<Text>,
    pub headers: Vec<(String, Text)>,
    pub payload: Payload,
    /// What was left out and why, and what to know before running it.
    pub said: Vec<String>,
}

/// The body of a request: known bytes, or pieces with files in between.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Payload {
    Bytes(Text),
    Files {
        /// The body in order.
        chunks: Vec<Chunk>,
        /// Its parts, where it is a multipart form.
        parts: Vec<FormPart>,
    },
}

/// A piece of a body: bytes, or the content of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Chunk {
    Bytes(Text),
    /// The content of the file at this path.
    File(Text),
}

/// One part of a multipart form (RFC 7578).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FormPart {
    pub name: String,
    /// The text, or the path of the file.
    pub value: Text,
    pub is_file: bool,
    pub file_name: Option<String>,
    pub media_type: Option<String>,
}

impl Outbound {
    /// Whether the request has this header, in any case of letters.
    pub fn has(&self, header: &str) -> bool {
        self.headers
            .iter()
            .any(|(name, _)| name.eq_ignore_ascii_case(header))
    }

    /// The pairs of the query; `None` where none has to be filled in and encoded.
    pub fn open_query(&self) -> Option<Vec<Pair>> {
        open_pairs(self.query.as_ref()?)
    }

    /// The pairs of a form body; `None` where none has to be filled in and encoded.
    pub fn open_form(&self) -> Option<Vec<Pair>> {
        let Payload::Bytes(body) = &self.payload else {
            return None;
        };
        let mut types = self.headers.iter();
        let is_form = types.any(|(name, value)| {
            let value = value.plain_parts().next().unwrap_or_default();
            name.eq_ignore_ascii_case("content-type")
                && value.to_ascii_lowercase().starts_with(FORM.as_bytes())
        });
        is_form.then(|| open_pairs(body))?
    }

    /// The whole URL.
    pub fn url(&self) -> Text {
        let mut url = self.address.clone();
        if let Some(query) = &self.query {
            url.push(b"?");
            url.extend(query.clone());
        }
        url
    }

    /// How many bytes of the body are known; 0 where files are in it.
    pub fn length(&self) -> usize {
        match &self.payload {
            Payload::Bytes(body) => body.len(),
            Payload::Files { .. } => 0,
        }
    }

    /// Every placeholder of the request: in headers, URL and body.
    pub fn blanks(&self) -> impl Iterator<Item = &Placeholder> {
        let headers = self.headers.iter().flat_map(|(_, value)| value.blanks());
        let query = self.query.iter().flat_map(Text::blanks);
        headers.chain(self.blanks_that_stay()).chain(query)
    }

    /// Placeholders in the address and body, which cannot be left out.
    fn blanks_that_stay(&self) -> impl Iterator<Item = &Placeholder> {
        let body: Vec<&Text> = match &self.payload {
            Payload::Bytes(body) => vec![body],
            Payload::Files { chunks, .. } => chunks
                .iter()
                .map(|chunk| match chunk {
                    Chunk::Bytes(text) | Chunk::File(text) => text,
                })
                .collect(),
        };
        let body = body.into_iter().flat_map(Text::blanks);
        self.address.blanks().chain(body)
    }
}

fn open_pairs(text: &Text) -> Option<Vec<Pair>> {
    let pairs = pairs(text);
    let is_open = pairs.iter().any(|pair| matches!(pair, Pair::Open(_)));
    is_open.then_some(pairs)
}

/// The prefix of names for masked secrets; no lifted credential gets such a name.
const MASKED: &str = "-masked-";

/// What a border lets through.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Crossing {
    /// Says where the request goes, if it leaves its environment.
    away: Option<String>,
    /// Whether the environment's variables stay behind.
    keeps_variables: bool,
    /// The tokens that stay behind, each with the reason.
    kept: Vec<(TokenName, String)>,
}

/// Makes the requests of one exported text. It holds values in the clear and cannot be printed.
pub struct Exporter<'a> {
    ground: &'a Ground,
    /// Variables of the session itself.
    own: &'a [(String, String)],
    /// The names of tokens; all others in slots are lifted credentials.
    taken: &'a [TokenName],
    lifter: Extractor<'a>,
    captured: HashSet<String>,
    secret: HashSet<String>,
    /// Masks the environment's secrets, which a stored call may still show.
    mask: Mask,
    masked: usize,
}

impl<'a> Exporter<'a> {
    /// An exporter for one text; `taken` must be sorted.
    pub fn new(
        ground: &'a Ground,
        own: &'a [(String, String)],
        taken: &'a [TokenName],
    ) -> Exporter<'a> {
        Exporter {
            ground,
            own,
            taken,
            lifter: Extractor::of_own(taken),
            captured: HashSet::new(),
            secret: HashSet::new(),
            mask: mask_of(&ground.environment),
            masked: 0,
        }
    }

    /// From here on this variable is captured from an answer.
    pub fn capture(&mut self, variable: &str) {
        self.captured.insert(variable.to_owned());
    }

    /// Whether a placeholder stands for a secret; only plain variables do not.
    pub fn is_secret(&self, placeholder: &Placeholder) -> bool {
        match placeholder {
            Placeholder::Variable(name) | Placeholder::Elsewhere(name) => {
                self.secret.contains(name)
            }
            _ => true,
        }
    }

    /// Prepares a request as it would be sent; fails with a sentence where it cannot be written.
    pub fn request(&mut self, spec: &RequestSpec) -> Result<Outbound, String> {
        let ground = self.ground;
        let mut marks = Marks::outside_of(&self.texts(spec));
        let mut spec = spec.clone();
        self.lifter.spec(&mut spec);
        // Literal data becomes text like the rest, with its braces escaped.
        spec.unsettle();
        let mut place = ground.environment.clone();
        for (name, value) in &mut place.headers {
            *value = self.lifter.header(name, value);
        }
        let is_below = spec.url.starts_with('/') || spec.url.starts_with("{{base}}");
        if place.base_url.is_empty() && is_below {
            place.base_url = marks.base();
        }
        let mut crossing = Crossing::default();
        let (first, sent) = self.resolved(&spec, &place, &crossing, &mut marks)?;
        let border =
            Border::of(&place, ground.author, &sent).map_err(|failure| sentence(&failure))?;
        crossing = self.crossing(&border, &first, None, &marks);
        let uses = self.variables_used(&spec);
        let mut outbound = first;
        if crossing.away.is_some() {
            place.headers.clear();
            (outbound, _) = self.resolved(&spec, &place, &crossing, &mut marks)?;
        }
        let kept = Kept {
            headers: !ground.environment.headers.is_empty(),
            variables: uses && crossing.keeps_variables,
        };
        self.cross(&mut outbound, &crossing, kept)?;
        Ok(outbound)
    }

    /// Prepares a call as it was made; each mask in it becomes a placeholder.
    pub fn call(&mut self, exchange: &Exchange) -> Result<Outbound, String> {
        if let Some(why) = why_not_written(exchange) {
            return Err(why.to_owned());
        }
        let sent = &exchange.sent;
        let body = std::str::from_utf8(&sent.body).ok();
        let values: Vec<_> = sent.headers.iter().map(|header| header.text()).collect();
        let mut texts: Vec<&str> = values.iter().map(|value| &**value).collect();
        texts.extend([sent.url.as_str(), body.unwrap_or_default()]);
        let mut marks = Marks::outside_of(&texts);
        // Nobody knows any more who wrote the texts that are not masked.
        let lifted = Crossing {
            away: Some(String::new()),
            ..Crossing::default()
        };
        let mut made = sent.clone();
        let url = self.unmasked(&sent.url, sent.slots_of_url());
        let url = self.lifter.url(&url);
        made.url = self.as_data(&url, &lifted, &mut marks);
        made.headers = Headers::new();
        for (number, header) in sent.headers.iter().enumerate() {
            let value = match std::str::from_utf8(&header.value) {
                Ok(text) => {
                    let text = self.unmasked(text, sent.slots_of_header(number));
                    let text = self.lifter.header(&header.name, &text);
                    self.as_data(&text, &lifted, &mut marks).into_bytes()
                }
                Err(_) => header.value.clone(),
            };
            made.headers.push(header.name.clone(), value);
        }
        if let Some(body) = body {
            let is_form = sent.headers.media_type().is_some_and(|kind| kind == FORM);
            let text = self.unmasked(body, sent.slots_of_body());
            let text = if is_form {
                self.lifter.pairs("form", &text)
            } else {
                self.lifter.body(&text)
            };
            made.body = self.as_data(&text, &lifted, &mut marks).into_bytes();
        }
        let mut outbound = self.outbound(&made, &[], &mut marks)?;
        // A call that was sent could carry its tokens there; the border decided that then.
        let was_sent = match &exchange.outcome {
            Outcome::Answered(_) => true,
            Outcome::Failed(failure) => failure.was_sent,
        };
        let target = Origin::parse(&sent.url).filter(|_| was_sent);
        let consent = target.map(|origin| Consent {
            origin,
            tokens: sent.tokens(),
        });
        let place = &self.ground.environment;
        let border =
            Border::of(place, Author::Person, sent).map_err(|failure| sentence(&failure))?;
        let mut crossing = self.crossing(&border, &outbound, consent.as_ref(), &marks);
        // Its headers and variables are those that were sent.
        crossing.away = None;
        self.cross(&mut outbound, &crossing, Kept::default())?;
        Ok(outbound)
    }

    /// Turns every mask of a text into a slot, and escapes everything else. A mask outside the
    /// given slots may have been typed by anybody.
    fn unmasked<'s>(&mut self, text: &str, slots: impl Iterator<Item = &'s Slot>) -> String {
        let mut out = String::with_capacity(text.len());
        let mut from = 0;
        for place in slots {
            // A range that does not fit is not ours.
            let Some(before) = text.get(from..place.range.start) else {
                break;
            };
            self.push_unmasked(before, &mut out);
            out.push_str(&slot(&place.name));
            from = place.range.end;
        }
        self.push_unmasked(text.get(from..).unwrap_or_default(), &mut out);
        out
    }

    fn push_unmasked(&mut self, text: &str, out: &mut String) {
        let text = self.mask.text(text);
        let mut rest = text.as_str();
        while let Some(start) = rest.find('‹') {
            let (before, behind) = rest.split_at(start);
            out.push_str(&as_text(before));
            match mask_length(behind) {
                Some(length) => {
                    self.masked += 1;
                    out.push_str(&format!("{{{{token:{MASKED}{}}}}}", self.masked));
                    rest = &behind[length..];
                }
                None => {
                    let (sign, behind) = behind.split_at('‹'.len_utf8());
                    out.push_str(sign);
                    rest = behind;
                }
            }
        }
        out.push_str(&as_text(rest));
    }

    fn as_data(&mut self, text: &str, crossing: &Crossing, marks: &mut Marks) -> String {
        let filled = self.filled(text, crossing, marks);
        as_data(&filled).unwrap_or(filled)
    }

    fn crossing(
        &self,
        border: &Border,
        outbound: &Outbound,
        consent: Option<&Consent>,
        marks: &Marks,
    ) -> Crossing {
        let mut kept: Vec<(TokenName, String)> = Vec::new();
        let away = border.away().map(|away| marks.named(&away));
        // A base URL that the person will give binds the tokens to it.
        let is_unbound = self.ground.environment.base_url.is_empty() && away.is_none();
        for blank in outbound.blanks() {
            let Placeholder::Token(name) = blank else {
                continue;
            };
            if is_unbound || kept.iter().any(|(known, _)| known == name) {
                continue;
            }
            if let Err(failure) = border.token(name, &self.ground.bindings, consent) {
                kept.push((name.clone(), marks.named(&reason(&failure))));
            }
        }
        Crossing {
            away,
            keeps_variables: !border.variables_go(),
            kept,
        }
    }

    /// Removes what may not cross the border, and says so. Fails where it cannot be removed.
    fn cross(
        &self,
        outbound: &mut Outbound,
        crossing: &Crossing,
        kept: Kept,
    ) -> Result<(), String> {
        let stays = |blank: &Placeholder| {
            let mut kept = crossing.kept.iter();
            matches!(blank, Placeholder::Token(name) if kept.any(|(known, _)| known == name))
        };
        if outbound.blanks_that_stay().any(stays) {
            let (name, why) = &crossing.kept[0];
            return Err(format!(
                "It holds token {name} where it cannot be left out, and {why}."
            ));
        }
        outbound
            .headers
            .retain(|(_, value)| !value.blanks().any(stays));
        if let Some(query) = &outbound.query
            && query.blanks().any(stays)
        {
            let mut left = Text::default();
            for pair in query.split(b'&') {
                if !pair.blanks().any(stays) {
                    if !left.is_empty() {
                        left.push(b"&");
                    }
                    left.extend(pair);
                }
            }
            outbound.query = (!left.is_empty()).then_some(left);
        }
        let tokens = crossing
            .kept
            .iter()
            .map(|(name, _)| format!("token {name}"));
        let mut left: Vec<String> = tokens.collect();
        let Some(away) = &crossing.away else {
            let said = crossing.kept.iter();
            let said = said.map(|(_, why)| format!("{}: it is left out.", capital(why)));
            outbound.said.extend(said);
            return Ok(());
        };
        let name = &self.ground.environment.name;
        let place = if name.is_empty() {
            "the environment".to_owned()
        } else {
            format!("environment {name}")
        };
        if kept.headers {
            left.push(format!("the headers of {place}"));
        }
        if kept.variables {
            left.push(format!("the variables of {place}"));
        }
        match (left.is_empty(), self.ground.author) {
            (false, _) => outbound.said.insert(
                0,
                format!("Left out: {}. {}.", left.join(", "), capital(away)),
            ),
            (true, Author::File) => outbound
                .said
                .insert(0, format!("No token goes along: {away}.")),
            (true, Author::Person) => {}
        }
        Ok(())
    }

    /// Fills in the request as for sending. It is resolved twice with different marks: what both
    /// cut out is a mark, and not text that only looks like one.
    fn resolved(
        &mut self,
        spec: &RequestSpec,
        place: &Environment,
        crossing: &Crossing,
        marks: &mut Marks,
    ) -> Result<(Outbound, SentRequest), String> {
        let mut spec = placed(spec, place).0.into_owned();
        let bearer = std::mem::take(&mut spec.auth);
        let mut place = place.clone();
        place.variables.clear();
        let base = place.base_url.clone();
        if spec.url.starts_with('/') {
            spec.url.insert_str(0, "{{base}}");
        }
        let base = base.trim_end_matches('/');
        if let Some(rest) = spec.url.strip_prefix("{{base}}") {
            spec.url = format!("{base}{}", self.filled(rest, crossing, marks));
        } else {
            spec.url = self.filled(&spec.url, crossing, marks);
        }
        let url = std::mem::take(&mut spec.url);
        if is_said_to_be_form(&spec)
            && let Body::Text(text) = &mut spec.body
        {
            *text = self.filled_form(text, crossing, marks);
        }
        spec.change_templates(|text| *text = self.filled(text, crossing, marks));
        for (_, value) in &mut place.headers {
            *value = self.filled(value, crossing, marks);
        }
        spec.url = url;
        let once = self.made(&spec, &place, &bearer, crossing, marks)?;
        let mut others = marks.others();
        spec.change_templates(|text| *text = marks.in_others(text));
        for (_, value) in &mut place.headers {
            *value = marks.in_others(value);
        }
        place.base_url = marks.in_others(&place.base_url);
        let twice = self.made(&spec, &place, &bearer, crossing, &mut others)?;
        if once.0 != twice.0 {
            return Err("Its text cannot be told from a placeholder.".to_owned());
        }
        Ok(once)
    }

    fn made(
        &mut self,
        spec: &RequestSpec,
        place: &Environment,
        bearer: &Auth,
        crossing: &Crossing,
        marks: &mut Marks,
    ) -> Result<(Outbound, SentRequest), String> {
        let mut sent = resolve(spec, place).map_err(|failure| marks.named(&sentence(&failure)))?;
        if let Auth::Bearer(name) = bearer
            && !sent.headers.has("authorization")
        {
            let token = self.filled(&slot(name), crossing, marks);
            sent.headers
                .push("authorization", format!("Bearer {token}"));
        }
        let parts = match &spec.body {
            Body::Multipart(parts) if !sent.files.is_empty() => &parts[..],
            _ => &[],
        };
        let outbound = self.outbound(&sent, parts, marks)?;
        Ok((outbound, sent))
    }

    fn outbound(
        &mut self,
        sent: &SentRequest,
        parts: &[Part],
        marks: &mut Marks,
    ) -> Result<Outbound, String> {
        let mut said = Vec::new();
        let mut headers: Vec<(String, Text)> = sent
            .headers
            .iter()
            .map(|header| (header.name.clone(), marks.cut(&header.value)))
            .collect();
        let (url, user) = user_of(&sent.url);
        if let Some(user) = user.filter(|user| !user.is_empty()) {
            // The same text gets the same name, even with a placeholder in it.
            let name = self
                .lifter
                .basic("URL", &marks.cut(user.as_bytes()).shown());
            if !sent.headers.has("authorization") {
                let mut value = Text::plain(b"Basic ");
                value.push_blank(Placeholder::Foreign(name));
                headers.push(("authorization".to_owned(), value));
                said.push("User and password of the URL are a header here; what stands for them is the base64 of user:password.".to_owned());
            }
        }
        let url = url.split('#').next().unwrap_or_default();
        let url = marks.cut(url.as_bytes());
        let (address, query) = match url.split_once(b'?') {
            Some((address, query)) => (address, Some(query)),
            None => (url, None),
        };
        if self.ground.author == Author::File {
            let mut paths = sent.files.iter().map(|(_, path)| path);
            if let Some(path) = paths.find(|path| leads_out(path)) {
                return Err(format!(
                    "It sends the file {}, which is not below the folder of the session.",
                    marks.named(path)
                ));
            }
        }
        Ok(Outbound {
            method: sent.method.clone(),
            address,
            query,
            headers,
            payload: payload(sent, parts, marks),
            said,
        })
    }

    /// Fills in a form that is typed as text; values in its pairs are encoded, as in a call.
    fn filled_form(&mut self, text: &str, crossing: &Crossing, marks: &mut Marks) -> String {
        let pairs = text.split('&').map(|pair| {
            if pair.contains('=') {
                self.filled_as(pair, crossing, marks, |value| encoded(&value))
            } else {
                self.filled(pair, crossing, marks)
            }
        });
        pairs.collect::<Vec<_>>().join("&")
    }

    /// Fills in the names of a text: by values, or by marks.
    fn filled(&mut self, text: &str, crossing: &Crossing, marks: &mut Marks) -> String {
        self.filled_as(text, crossing, marks, |value| as_text(&value))
    }

    fn filled_as(
        &mut self,
        text: &str,
        crossing: &Crossing,
        marks: &mut Marks,
        write: impl Fn(String) -> String,
    ) -> String {
        with_pieces(text, |piece| match piece {
            Piece::Plain(_) | Piece::Brace => None,
            Piece::Name(name) => Some(match self.value(name, crossing) {
                Value::Known(value) => write(value),
                Value::Open(placeholder) => marks.blank(placeholder),
            }),
            Piece::Token(name) => {
                let token = TokenName::new(name)?;
                let number = name.strip_prefix(MASKED).and_then(|n| n.parse().ok());
                let is_token = self.taken.binary_search(&token).is_ok();
                Some(marks.blank(match (number, is_token) {
                    (Some(number), _) => Placeholder::Masked(number),
                    (None, true) => Placeholder::Token(token),
                    (None, false) if crossing.away.is_some() => Placeholder::Foreign(token),
                    (None, false) => Placeholder::Typed(token),
                }))
            }
        })
    }

    /// Looks a variable up as a replay does: given by the person, captured, the session's own, the
    /// environment's.
    fn value(&mut self, name: &str, crossing: &Crossing) -> Value {
        let open =
            |placeholder: fn(String) -> Placeholder| Value::Open(placeholder(name.to_owned()));
        let of = |variables: &[(String, String)]| {
            let mut variables = variables.iter();
            variables
                .find(|(known, _)| known == name)
                .map(|(_, value)| value.clone())
        };
        let environment = &self.ground.environment;
        if name == "base" {
            return match environment.variable("base") {
                Some(base) if user_of(base).1.is_none() => Value::Known(base.to_owned()),
                _ => open(Placeholder::Variable),
            };
        }
        let given = of(&self.ground.given);
        if given.is_none() && self.captured.contains(name) {
            return open(Placeholder::Variable);
        }
        let recorded = given.or_else(|| of(self.own));
        let is_own = recorded.is_none() && of(&environment.variables).is_some();
        let value = recorded.or_else(|| of(&environment.variables));
        let Some(value) = value else {
            return open(Placeholder::Variable);
        };
        let is_secret =
            is_secret(name, &value) || self.lifter.is_inside(name) || user_of(&value).1.is_some();
        if is_secret {
            self.secret.insert(name.to_owned());
        }
        match (is_own && crossing.keeps_variables, is_secret) {
            (true, _) => open(Placeholder::Elsewhere),
            (false, true) => open(Placeholder::Variable),
            (false, false) => Value::Known(value),
        }
    }

    /// Whether a request names a variable of the environment.
    fn variables_used(&self, spec: &RequestSpec) -> bool {
        let variables = &self.ground.environment.variables;
        let names = spec.sent_templates().into_iter().flat_map(names_in);
        names
            .into_iter()
            .any(|name| variables.iter().any(|(known, _)| known == name))
    }

    /// Every text that goes into a request.
    fn texts<'t>(&'t self, spec: &'t RequestSpec) -> Vec<&'t str> {
        let mut texts = vec![spec.url.as_str()];
        let environment = &self.ground.environment;
        texts.push(&environment.base_url);
        for row in spec.params.iter().chain(&spec.headers) {
            texts.extend([row.name.as_str(), row.value.as_str()]);
            texts.extend(row.written.as_deref());
        }
        let known = [
            &environment.headers,
            &environment.variables,
            &self.ground.given,
        ];
        let known = known.into_iter().flatten().chain(self.own);
        texts.extend(known.flat_map(|(name, value)| [name.as_str(), value.as_str()]));
        match &spec.body {
            Body::Empty => {}
            Body::Text(text) | Body::File(text) => texts.push(text),
            Body::Bytes(bytes) => texts.extend(bytes.utf8_chunks().map(|chunk| chunk.valid())),
            Body::Form(rows) => {
                texts.extend(
                    rows.iter()
                        .flat_map(|row| [row.name.as_str(), row.value.as_str()]),
                );
            }
            Body::Multipart(parts) => {
                for part in parts {
                    texts.extend([part.name.as_str(), part.value.as_str()]);
                    texts.extend(part.file_name.as_deref());
                    texts.extend(part.media_type.as_deref());
                }
            }
        }
        texts
    }
}

fn is_said_to_be_form(spec: &RequestSpec) -> bool {
    let mut rows = spec.headers.iter().filter(|row| row.enabled);
    let row = rows.find(|row| row.name.eq_ignore_ascii_case("content-type"));
    let form = "application/x-www-form-urlencoded";
    row.is_some_and(|row| row.value.trim().to_ascii_lowercase().starts_with(form))
}

enum Value {
    Known(String),
    Open(Placeholder),
}

/// What the environment has that may stay behind.
#[derive(Clone, Copy, Debug, Default)]
struct Kept {
    headers: bool,
    variables: bool,
}

fn payload(sent: &SentRequest, parts: &[Part], marks: &Marks) -> Payload {
    if sent.files.is_empty() {
        return Payload::Bytes(marks.cut(&sent.body));
    }
    let mut chunks = Vec::new();
    let mut from = 0;
    for (at, path) in &sent.files {
        if let Some(before) = sent.body.get(from..*at).filter(|before| !before.is_empty()) {
            chunks.push(Chunk::Bytes(marks.cut(before)));
        }
        chunks.push(Chunk::File(marks.cut(path.as_bytes())));
        from = *at;
    }
    if let Some(rest) = sent.body.get(from..).filter(|rest| !rest.is_empty()) {
        chunks.push(Chunk::Bytes(marks.cut(rest)));
    }
    let parts = parts.iter().filter(|part| !part.is_off);
    let part = |part: &Part| FormPart {
        name: part.name.clone(),
        value: marks.cut(as_data(&part.value).unwrap_or_default().as_bytes()),
        is_file: part.is_file,
        file_name: part.file_name.clone(),
        media_type: part.media_type.clone(),
    };
    Payload::Files {
        chunks,
        parts: parts.map(part).collect(),
    }
}

/// The length in bytes of the mask that a text begins with; `None` for no mask.
fn mask_length(text: &str) -> Option<usize> {
    /// No name with its fingerprint is longer.
    const LONGEST: usize = 100;
    if text.starts_with(MASK) {
        return Some(MASK.len());
    }
    let rest = text.strip_prefix("‹token:")?;
    let close = rest.find('›').filter(|length| *length <= LONGEST)?;
    let named = rest[..close].split('·').next().and_then(TokenName::new);
    named.map(|_| text.len() - rest.len() + close + '›'.len_utf8())
}

/// Whether a path leads out of the session's folder.
fn leads_out(path: &str) -> bool {
    let parts = path.split(['/', '\\']);
    path.starts_with(['/', '\\', '~', '-'])
        || path.contains(':')
        || parts.into_iter().any(|part| part == "..")
}

/// Why a token stays behind, without the first words of the failure.
fn reason(failure: &Failure) -> String {
    let why = failure.message.trim_start_matches("Nothing was sent: ");
    why.trim_end_matches('.').to_owned()
}

fn sentence(failure: &Failure) -> String {
    format!("{}.", capital(&reason(failure)))
}

fn capital(sentence: &str) -> String {
    let mut characters = sentence.chars();
    let first = characters.next().map(|c| c.to_ascii_uppercase());
    first.into_iter().chain(characters).collect()
}
