//! The places of a body's lines, kept small because a large body has millions: eight bytes for a
//! line, and a little more for each object or array and for every few thousand lines. The container
//! of a line is computed from that and not stored.

use crate::model::limits;
use std::ops::Range;

/// Bits that say what a line is.
pub mod shape {
    /// A later piece of a string that began on a line above.
    pub const INSIDE: u16 = 1 << 12;
    /// It opens an object or array.
    pub const OPENS: u16 = 1 << 11;
    /// It closes an object or array.
    pub const CLOSES: u16 = 1 << 10;
    /// A later piece of a line that was too long.
    pub const LATER: u16 = 1 << 9;
    /// The remaining bits: how deep it is indented.
    pub const DEPTH: u16 = LATER - 1;
}

use shape::{CLOSES, DEPTH, LATER, OPENS};

/// Where a line begins, how long it is, and its shape, from the highest bit down.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Line(u64);

const SHAPE_BITS: u32 = 13;
const LENGTH_BITS: u32 = 10;
const _: () = assert!(limits::LINE_BYTES < 1 << LENGTH_BITS);
const _: () = assert!(limits::INDENTED_DEPTH <= DEPTH as usize);

impl Line {
    fn start(self) -> usize {
        (self.0 >> (SHAPE_BITS + LENGTH_BITS)) as usize
    }

    fn length(self) -> usize {
        (self.0 >> SHAPE_BITS) as usize & ((1 << LENGTH_BITS) - 1)
    }

    fn shape(self) -> u16 {
        self.0 as u16 & ((1 << SHAPE_BITS) - 1)
    }
}

/// The seat of every so many lines is stored, so that no search is longer.
const BLOCK: usize = 4_096;
const NONE: u32 = u32::MAX;

/// An object or array.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Node {
    opening: u32,
    /// `NONE` while it is open.
    closing: u32,
    /// The index of the node around it.
    parent: u32,
    /// Its place among its siblings.
    seat: u32,
}

/// Where the lines of a body are, and which objects and arrays they open and close.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Lines {
    lines: Vec<Line>,
    /// The seat of each block's first line.
    seats: Vec<u32>,
    /// The objects and arrays in the order in which they open.
    nodes: Vec<Node>,
    /// The open nodes, each with its number of members so far.
    open: Vec<(u32, u32)>,
}

impl Lines {
    /// How many lines there are so far.
    pub fn len(&self) -> usize {
        self.lines.len()
    }

    /// Adds a line. `place` is at most `limits::LINE_BYTES` long.
    pub fn push(&mut self, place: Range<usize>, shape: u16) {
        if self.lines.len().is_multiple_of(BLOCK) {
            self.seats.push(self.last_seat());
        }
        let place = (place.start as u64) << LENGTH_BITS | place.len() as u64;
        self.lines
            .push(Line(place << SHAPE_BITS | u64::from(shape)));
    }

    /// The next line begins a member or element of the open object or array.
    pub fn seat(&mut self) {
        if let Some((_, count)) = self.open.last_mut() {
            *count += 1;
        }
    }

    /// The seat of the newest member or element in the open object or array.
    fn last_seat(&self) -> u32 {
        let last = self.open.last();
        last.map_or(0, |(_, count)| count.saturating_sub(1))
    }

    /// The next line opens an object or array.
    pub fn open(&mut self) {
        let node = Node {
            opening: self.lines.len() as u32,
            closing: NONE,
            parent: self.open.last().map_or(NONE, |(node, _)| *node),
            seat: self.last_seat(),
        };
        self.open.push((self.nodes.len() as u32, 0));
        self.nodes.push(node);
    }

    /// The next line closes the open object or array.
    pub fn close(&mut self) {
        if let Some((node, _)) = self.open.pop() {
            self.nodes[node as usize].closing = self.lines.len() as u32;
        }
    }

    /// Gives spare memory back, once the last line is in.
    pub fn shrink(&mut self) {
        self.lines.shrink_to_fit();
        self.seats.shrink_to_fit();
        self.nodes.shrink_to_fit();
    }

    /// The byte range of a line; empty for a line that does not exist.
    pub fn place(&self, line: usize) -> Range<usize> {
        let found = self.lines.get(line);
        found.map_or(0..0, |line| line.start()..line.start() + line.length())
    }

    fn shape(&self, line: usize) -> u16 {
        self.lines.get(line).map_or(0, |line| line.shape())
    }

    /// How deep the line is indented, in levels.
    pub fn depth(&self, line: usize) -> usize {
        usize::from(self.shape(line) & DEPTH)
    }

    /// Whether the line has any of these shape bits.
    pub fn is(&self, line: usize, shape: u16) -> bool {
        self.shape(line) & shape != 0
    }

    /// The last line that begins at or before a byte.
    pub fn at(&self, offset: usize) -> usize {
        let behind = self.lines.partition_point(|line| line.start() <= offset);
        behind.saturating_sub(1)
    }

    /// The line that closes what this line opens; `None` where there is none.
    pub fn closing(&self, line: usize) -> Option<usize> {
        let node = self.opened_at(line)?;
        (node.closing != NONE).then_some(node.closing as usize)
    }

    /// The first line that opens something; `None` where nothing can be folded.
    pub fn first_opening(&self) -> Option<usize> {
        self.nodes.first().map(|node| node.opening as usize)
    }

    /// How many members or elements are in what the line opens; 0 until it is closed.
    pub fn count(&self, line: usize) -> usize {
        // The seat of the last one gives the count.
        self.closing(line)
            .map_or(0, |closing| self.seat_of(closing - 1) + 1)
    }

    /// The lines that open what this line is in, from the inside out. What a line closes is
    /// among them, what it opens is not.
    pub fn around(&self, line: usize) -> impl Iterator<Item = usize> {
        self.nodes_around(line).map(|node| node.opening as usize)
    }

    /// The position among its siblings of what the line begins, ends or belongs to, from zero.
    pub fn seat_of(&self, line: usize) -> usize {
        if let Some(node) = self.opened_at(line) {
            return node.seat as usize;
        }
        let mut nodes = self.nodes_around(line);
        if self.is(line, CLOSES) {
            return nodes.next().map_or(0, |node| node.seat as usize);
        }
        let Some(parent) = nodes.next().map(|node| node.opening as usize) else {
            return 0;
        };
        let mut first = line;
        while self.is(first, LATER) && first > parent + 1 {
            first -= 1;
        }
        if self.is(first, CLOSES) {
            return self.seat_of(first);
        }
        // Go back to a line whose seat is stored.
        let mut seat = 0;
        for before in (parent..first).rev() {
            let kept = match self.shape(before) {
                _ if before == parent => return seat,
                shape if shape & CLOSES != 0 => {
                    let closed = self.nodes_around(before).next();
                    closed.map(|node| node.seat as usize)
                }
                shape if shape & LATER != 0 => continue,
                _ => self.kept_seat(before),
            };
            seat += 1;
            if let Some(kept) = kept {
                return kept + seat;
            }
        }
        seat
    }

    fn kept_seat(&self, line: usize) -> Option<usize> {
        let seat = self.seats.get(line / BLOCK)?;
        line.is_multiple_of(BLOCK).then_some(*seat as usize)
    }

    fn opened_at(&self, line: usize) -> Option<&Node> {
        if !self.is(line, OPENS) {
            return None;
        }
        let found = self
            .nodes
            .binary_search_by_key(&line, |node| node.opening as usize);
        self.nodes.get(found.ok()?)
    }

    fn nodes_around(&self, line: usize) -> impl Iterator<Item = &Node> {
        let before = self
            .nodes
            .partition_point(|node| (node.opening as usize) < line);
        let parent = |node: &&Node| self.nodes.get(node.parent as usize);
        let last = before.checked_sub(1).and_then(|last| self.nodes.get(last));
        let out = std::iter::successors(last, parent);
        out.skip_while(move |node| (node.closing as usize) < line)
    }
}
