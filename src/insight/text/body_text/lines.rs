//! The places of a body's lines, kept small, since a large body has millions of them: eight bytes
//! for a line, and a little more for each object or array and for every few thousand lines. What
//! a line stands in is found from that, and not kept with it.

use crate::model::limits;
use std::ops::Range;

/// What a line is, beside its text.
pub mod shape {
    /// A later piece of a string that began on a line above.
    pub const INSIDE: u16 = 1 << 12;
    /// It opens an object or array.
    pub const OPENS: u16 = 1 << 11;
    pub const CLOSES: u16 = 1 << 10;
    /// A later piece of what was too long for one line.
    pub const LATER: u16 = 1 << 9;
    /// The rest: how deep it is indented.
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

/// Every so many lines the seat of one is kept, so that none is looked for longer.
const BLOCK: usize = 4_096;
const NONE: u32 = u32::MAX;

/// An object or array.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Node {
    opening: u32,
    /// `NONE` while it is open.
    closing: u32,
    /// Of those that are kept, the one around it.
    parent: u32,
    /// Its place among its siblings.
    seat: u32,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Lines {
    lines: Vec<Line>,
    /// Of every first line of a block.
    seats: Vec<u32>,
    /// In the order in which they open.
    nodes: Vec<Node>,
    /// Those that are open, with how many stand in each so far.
    open: Vec<(u32, u32)>,
}

impl Lines {
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

    /// The next line begins a member or element of what is open.
    pub fn seat(&mut self) {
        if let Some((_, count)) = self.open.last_mut() {
            *count += 1;
        }
    }

    /// Of the member or element that was begun last in what is open.
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

    /// The next line closes what is open.
    pub fn close(&mut self) {
        if let Some((node, _)) = self.open.pop() {
            self.nodes[node as usize].closing = self.lines.len() as u32;
        }
    }

    pub fn shrink(&mut self) {
        self.lines.shrink_to_fit();
        self.seats.shrink_to_fit();
        self.nodes.shrink_to_fit();
    }

    /// The bytes of a line; none of one that is not there.
    pub fn place(&self, line: usize) -> Range<usize> {
        let found = self.lines.get(line);
        found.map_or(0..0, |line| line.start()..line.start() + line.length())
    }

    fn shape(&self, line: usize) -> u16 {
        self.lines.get(line).map_or(0, |line| line.shape())
    }

    pub fn depth(&self, line: usize) -> usize {
        usize::from(self.shape(line) & DEPTH)
    }

    pub fn is(&self, line: usize, shape: u16) -> bool {
        self.shape(line) & shape != 0
    }

    /// The last line that begins at or before a byte.
    pub fn at(&self, offset: usize) -> usize {
        let behind = self.lines.partition_point(|line| line.start() <= offset);
        behind.saturating_sub(1)
    }

    /// The line that closes what this line opens, if there is one.
    pub fn closing(&self, line: usize) -> Option<usize> {
        let node = self.opened_at(line)?;
        (node.closing != NONE).then_some(node.closing as usize)
    }

    /// The first line that opens something.
    pub fn first_opening(&self) -> Option<usize> {
        self.nodes.first().map(|node| node.opening as usize)
    }

    /// How many members or elements there are in what the line opens.
    pub fn count(&self, line: usize) -> usize {
        // What stands last in it knows its place.
        self.closing(line)
            .map_or(0, |closing| self.seat_of(closing - 1) + 1)
    }

    /// The lines that open what this line is in, from the inside out. What a line closes is
    /// among them, what it opens is not.
    pub fn around(&self, line: usize) -> impl Iterator<Item = usize> {
        self.nodes_around(line).map(|node| node.opening as usize)
    }

    /// The place of what the line begins, ends or belongs to among its siblings, from zero.
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
        // Back to a line whose seat is kept.
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
