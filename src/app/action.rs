//! The one table of actions. The key map, the help sheet, the palette, the footer and the printed
//! key list all read it. A word behind a stroke is the action's own for the footer; on screens and
//! sheets the footer shows those that have one, in the order of the table.

/// The panes of the explorer, in the order Tab visits them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Pane {
    Request,
    Response,
    History,
}

impl Pane {
    /// In the order Tab visits them.
    pub const ALL: [Pane; 3] = [Pane::Request, Pane::Response, Pane::History];

    /// The word in the pane's frame.
    pub fn title(self) -> &'static str {
        match self {
            Pane::Request => "Request",
            Pane::Response => "Response",
            Pane::History => "History",
        }
    }
}

/// The whole of what is seen at once.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Screen {
    #[default]
    Explorer,
    Matrix,
    Sessions,
    Tokens,
}

impl Screen {
    /// In the order of their keys, `1` to `4`.
    pub const ALL: [Screen; 4] = [
        Screen::Explorer,
        Screen::Matrix,
        Screen::Sessions,
        Screen::Tokens,
    ];

    /// The word in the status bar.
    pub fn title(self) -> &'static str {
        match self {
            Screen::Explorer => "Explorer",
            Screen::Matrix => "Matrix",
            Screen::Sessions => "Sessions",
            Screen::Tokens => "Tokens",
        }
    }

    /// What goes there.
    pub fn shown_by(self) -> Action {
        match self {
            Screen::Explorer => Action::ShowExplorer,
            Screen::Matrix => Action::ShowMatrix,
            Screen::Sessions => Action::ShowSessions,
            Screen::Tokens => Action::ShowTokens,
        }
    }
}

/// Where a key means an action.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Place {
    /// Everywhere, also while typing: Ctrl and function keys only.
    Anywhere,
    /// In any pane while nothing is being edited.
    Panes,
    Pane(Pane),
    /// Anywhere on a screen beside the explorer.
    Screen(Screen),
    /// In the body of an answer.
    Body,
    /// While text is being edited.
    Field,
    /// In a list or a question on top of the panes.
    Dialog,
    Help,
    /// In the manual.
    Manual,
    /// In the palette, beside the keys that edit its line.
    Palette,
    /// On an investigation.
    Investigation,
    /// On the search for what a refusal hangs on.
    Isolation,
    /// On what was found of when a call stopped working.
    When,
    /// In the list beneath a URL that is being typed.
    Completion,
    /// While something is looked for in a text that is being typed.
    TextSearch,
    /// In the form for an environment or a token.
    Setup,
    /// While a write to a protected environment waits for its answer.
    Write,
    /// While it is asked whether a page is opened.
    Page,
    /// While it is asked whether a host is asked about a token.
    Host,
    /// While somebody is to say yes in a browser.
    SignIn,
    /// On a token that was pasted.
    Pasted,
}

impl Place {
    /// All places that have keys, in the order of the table.
    pub fn all() -> Vec<Place> {
        let mut places: Vec<Place> = Vec::new();
        for action in Action::ALL {
            if !places.contains(&action.place()) {
                places.push(action.place());
            }
        }
        places
    }

    /// Whether the palette can go there.
    pub fn can_be_gone_to(self) -> bool {
        match self {
            Place::Anywhere | Place::Panes | Place::Pane(_) | Place::Screen(_) | Place::Body => {
                true
            }
            Place::Field
            | Place::Dialog
            | Place::Setup
            | Place::Write
            | Place::Page
            | Place::Host
            | Place::SignIn
            | Place::Pasted
            | Place::Help
            | Place::Manual
            | Place::Palette
            | Place::Investigation
            | Place::Isolation
            | Place::When
            | Place::Completion
            | Place::TextSearch => false,
        }
    }

    /// The heading above the keys of this place, on the help sheet and in the printed list.
    pub fn title(self) -> &'static str {
        match self {
            Place::Anywhere => "Anywhere, also while typing",
            Place::Panes => "In every pane",
            Place::Pane(pane) => pane.title(),
            Place::Screen(screen) => screen.title(),
            Place::Body => "Body of an answer",
            Place::Field => "While typing",
            Place::Dialog => "In a list",
            Place::Help => "In this sheet",
            Place::Manual => "In the manual",
            Place::Palette => "In the palette",
            Place::Investigation => "On an investigation",
            Place::Isolation => "On what a refusal hangs on",
            Place::When => "On when a call changed",
            Place::Completion => "In the list beneath a URL",
            Place::TextSearch => "Searching in what is typed",
            Place::Setup => "Adding an environment or a token",
            Place::Write => "Asked before a write",
            Place::Page => "Asked before a page is opened",
            Place::Host => "Asked before a host is asked",
            Place::SignIn => "Waiting for a yes in a browser",
            Place::Pasted => "On a pasted token",
        }
    }
}

macro_rules! actions {
    ($($action:ident $id:literal $title:literal $(/ $short:literal)? $place:expr, $keys:expr;)*) => {
        /// Something a key, the palette or a click can ask for; one row of the table below each.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Action { $($action,)* }

        impl Action {
            /// In the order of the table, which is also that of the help sheet and the footer.
            pub const ALL: &'static [Action] = &[$(Action::$action,)*];

            /// The stable name.
            pub fn id(self) -> &'static str {
                match self { $(Action::$action => $id,)* }
            }

            /// What it does, in a few words.
            pub fn title(self) -> &'static str {
                match self { $(Action::$action => $title,)* }
            }

            /// Its own word for the footer, where it has one.
            fn own_short(self) -> Option<&'static str> {
                match self { $(Action::$action => [$($short)?].first().copied(),)* }
            }

            /// Where its keys count, unless a place before it takes them.
            pub fn place(self) -> Place {
                match self { $(Action::$action => $place,)* }
            }

            /// The keys it has unless a person chose others.
            pub fn default_keys(self) -> &'static [&'static str] {
                match self { $(Action::$action => &$keys,)* }
            }
        }
    };
}

actions! {
    Send            "send"             "send the request"              Place::Anywhere, ["ctrl-r", "f5"];
    ChooseToken     "choose-token"     "choose the token"              Place::Anywhere, ["ctrl-t"];
    ChooseEnvironment "choose-environment" "choose the environment"    Place::Anywhere, ["ctrl-e"];
    AddEnvironment  "add-environment"  "add an environment" Place::Anywhere, ["alt-e"];
    SaveSession     "save-session"     "save to a session" / "save session" Place::Anywhere, ["ctrl-s"];
    OpenPalette     "palette"          "find anything" / "find" Place::Anywhere, ["ctrl-p"];
    FocusRequest    "focus-request"    "to the call line"              Place::Anywhere, ["alt-1"];
    FocusResponse   "focus-response"   "to the answer"                 Place::Anywhere, ["alt-2"];
    FocusHistory    "focus-history"    "to the history"                Place::Anywhere, ["alt-3"];
    OpenGuide       "guide"            "the guided tour of refusals" / "tour" Place::Anywhere, ["f2"];
    OpenManual      "manual"           "read the manual" / "manual"    Place::Anywhere, ["f3"];
    ChooseTheme     "choose-theme"     "choose the theme"              Place::Anywhere, ["f7"];
    SwitchMouse     "switch-mouse"     "use the mouse, or leave it to the terminal" Place::Anywhere, ["f8"];
    SwitchPrivacy   "switch-privacy"   "hide fingerprints, addresses and ids" Place::Anywhere, ["f9"];
    SetCase         "set-case"         "set the case"                  Place::Anywhere, ["ctrl-k"];
    Quit            "quit"             "quit"                          Place::Anywhere, ["ctrl-c"];
    ShowExplorer    "show-explorer"    "the explorer: one call"        Place::Panes, ["1"];
    ShowMatrix      "show-matrix"      "the matrix: who may do what"   Place::Panes, ["2"];
    ShowSessions    "show-sessions"    "saved sessions, and their replay" Place::Panes, ["3"];
    ShowTokens      "show-tokens"      "tokens, and what they say" / "tokens" Place::Panes, ["4"];
    Suspend         "suspend"          "go to the background; fg comes back" Place::Panes, ["ctrl-z"];
    QuitPane        "quit-pane"        "quit"                          Place::Panes, ["q"];
    OpenHelp        "open-help"        "show all keys"                 Place::Panes, ["?", "f1"];
    Filter          "filter"           "filter the history"            Place::Panes, ["/"];
    Back            "back"             "leave, or stop the running call" / "leave" Place::Panes, ["esc"];
    FocusNext       "focus-next"       "next pane" / "pane" Place::Panes, ["tab"];
    FocusPrevious   "focus-previous"   "previous pane"                 Place::Panes, ["backtab"];
    TabNext         "tab-next"         "next tab" / "tab" Place::Panes, ["]"];
    TabPrevious     "tab-previous"     "previous tab"                  Place::Panes, ["["];
    Cookies         "cookies"          "look at the cookies, empty the jar" Place::Panes, ["K"];
    Compare         "compare"          "compare two answers" / "compare" Place::Panes, ["c"];
    Copy            "copy"             "copy what is in front" / "copy" Place::Panes, ["y"];
    TellCase        "tell-case"        "tell the case to colleagues"   Place::Panes, ["C"];
    Widen           "widen"            "widen the left side"           Place::Panes, [">"];
    Narrow          "narrow"           "narrow the left side"          Place::Panes, ["<"];
    Up              "up"               "up"                            Place::Panes, ["up", "k"];
    Down            "down"             "down"                          Place::Panes, ["down", "j"];
    PageUp          "page-up"          "page up"                       Place::Panes, ["pageup"];
    PageDown        "page-down"        "page down"                     Place::Panes, ["pagedown"];
    First           "first"            "to the beginning"              Place::Panes, ["g", "home"];
    Last            "last"             "to the end"                    Place::Panes, ["G", "end"];

    Edit            "edit"             "edit"                          Place::Pane(Pane::Request), ["enter"];
    ChooseMethod    "choose-method"    "choose the method" / "method"  Place::Pane(Pane::Request), ["m", "alt-m"];
    ChooseBody      "choose-body"      "choose the kind of body" / "kind" Place::Pane(Pane::Request), ["b"];
    AddRow          "add-row"          "add a row"                     Place::Pane(Pane::Request), ["a"];
    SwitchRow       "switch-row"       "switch the row on or off" / "on or off" Place::Pane(Pane::Request), ["space"];
    RemoveRow       "remove-row"       "remove the row" / "remove" Place::Pane(Pane::Request), ["d", "delete"];
    OpenEditor      "open-editor"      "edit the text in your editor" / "editor" Place::Pane(Pane::Request), ["e"];
    FormatBody      "format-body"      "put the JSON body on lines" / "on lines" Place::Pane(Pane::Request), ["f"];
    UndoRequest     "undo-request"     "bring back what was removed"   Place::Pane(Pane::Request), ["u"];

    OpenEntry       "open-entry"       "open or close the entry"       Place::Pane(Pane::Response), ["enter", "space"];
    StepView        "step-view"        "change the view of the body" / "view" Place::Pane(Pane::Response), ["v"];
    Investigate     "investigate"      "investigate why it was refused" / "investigate" Place::Pane(Pane::Response), ["i"];
    Isolate         "isolate"          "find the part that the refusal hangs on" / "isolate" Place::Pane(Pane::Response), ["I"];
    When            "when"             "when it stopped working, and what changed" / "when" Place::Pane(Pane::Response), ["W"];
    Resolve         "resolve"          "record what it was in the end" / "resolve" Place::Pane(Pane::Response), ["M"];
    Seen            "seen"             "list the same refusal before" / "seen before" Place::Pane(Pane::Response), ["S"];
    BackOff         "back-off"         "wait as asked, then send again" / "wait and send again" Place::Pane(Pane::Response), ["w"];
    FetchLarger     "fetch-larger"     "fetch again with a larger limit" / "fetch all of it" Place::Pane(Pane::Response), ["L"];
    OpenRemedy      "open-remedy"      "open the page that the remedy names" / "open the page" Place::Pane(Pane::Response), ["o"];
    ToField         "to-field"         "to the failing field of the request" / "to the field" Place::Pane(Pane::Response), ["b"];
    TrustOrigin     "trust-origin"     "stop checking its certificate" Place::Pane(Pane::Response), ["T"];

    ToggleFold      "toggle-fold"      "fold or open the object" / "fold" Place::Body, ["enter", "space"];
    ToggleAllFolds  "toggle-all-folds" "fold or open everything" / "fold all" Place::Body, ["z"];
    SearchBody      "search-body"      "search in the body" / "search" Place::Body, ["/"];
    FilterBody      "filter-body"      "filter the body with jq"       Place::Body, ["|", ":"];
    SaveBody        "save-body"        "save the body to a file"       Place::Body, ["s"];
    OpenBody        "open-body"        "open the saved picture"        Place::Body, ["o"];
    NextMatch       "next-match"       "to the next match" / "next" Place::Body, ["n"];
    PreviousMatch   "previous-match"   "to the previous match"         Place::Body, ["N"];
    Left            "left"             "scroll left"                   Place::Body, ["left", "h"];
    Right           "right"            "scroll right"                  Place::Body, ["right", "l"];

    Expand          "expand"           "expand the error"              Place::Pane(Pane::History), ["right", "l", "space"];
    Fold            "fold"             "fold it"                       Place::Pane(Pane::History), ["left", "h"];
    Load            "load"             "load the request and its answer" Place::Pane(Pane::History), ["enter"];
    SendAgain       "send-again"       "send it again"                 Place::Pane(Pane::History), ["r"];

    InvestigateRow  "investigate-row"  "investigate why it was refused" / "investigate" Place::Pane(Pane::History), ["i"];
    WhenRow         "when-row"         "when it stopped working, and what changed" / "when" Place::Pane(Pane::History), ["W"];
    Mark            "mark"             "mark for saving or forgetting" / "mark" Place::Pane(Pane::History), ["x"];
    MarkSince       "mark-since"       "mark it and every later one"   Place::Pane(Pane::History), ["X"];
    Forget          "forget"           "forget"                        Place::Pane(Pane::History), ["d", "delete"];
    UndoHistory     "undo-history"     "bring back what was forgotten" Place::Pane(Pane::History), ["u"];
    Replay          "replay"           "replay a session" / "sessions" Place::Pane(Pane::History), ["R"];

    MatrixFill      "matrix-fill"      "send every request with every token" / "send all" Place::Screen(Screen::Matrix), ["r"];
    MatrixRows      "matrix-rows"      "choose the requests" / "requests" Place::Screen(Screen::Matrix), ["s"];
    MatrixColumns   "matrix-columns"   "choose the tokens" / "tokens" Place::Screen(Screen::Matrix), ["t"];
    MatrixOpen      "matrix-open"      "open the call in the explorer" / "open" Place::Screen(Screen::Matrix), ["enter"];
    MatrixWhy       "matrix-why"       "investigate why the call was refused" / "why" Place::Screen(Screen::Matrix), ["w"];
    MatrixDiffering "matrix-differing" "only rows where tokens differ, or all" / "only differing" Place::Screen(Screen::Matrix), ["d"];
    MatrixSort      "matrix-sort"      "sort by the token under the cursor" / "sort" Place::Screen(Screen::Matrix), ["o"];
    MatrixExport    "matrix-export"    "copy it as Markdown" / "Markdown" Place::Screen(Screen::Matrix), ["y"];
    MatrixWrites    "matrix-writes"    "send calls that write too, or not" / "writes" Place::Screen(Screen::Matrix), ["W"];
    MatrixLeft      "matrix-left"      "to the token on the left"      Place::Screen(Screen::Matrix), ["left", "h"];
    MatrixRight     "matrix-right"     "to the token on the right"     Place::Screen(Screen::Matrix), ["right", "l"];

    SessionsOpen    "sessions-open"    "open the session, the step, or its call" / "open" Place::Screen(Screen::Sessions), ["enter"];
    SessionsRun     "sessions-run"     "run all steps" / "run all" Place::Screen(Screen::Sessions), ["r"];
    SessionsRunFrom "sessions-run-from" "run from this step on" / "run from here" Place::Screen(Screen::Sessions), ["f"];
    SessionsRunOne  "sessions-run-one" "run this step, and go to the next" / "run one" Place::Screen(Screen::Sessions), ["o"];
    SessionsToken   "sessions-token"   "choose the token of the whole run" / "token" Place::Screen(Screen::Sessions), ["t"];
    SessionsEnvironment   "sessions-place"   "choose the environment of the run" / "environment" Place::Screen(Screen::Sessions), ["E"];
    SessionsTempo   "sessions-tempo"   "choose how fast steps follow each other" / "tempo" Place::Screen(Screen::Sessions), ["p"];
    SessionsRecord  "sessions-record"  "record what came as expected" / "record" Place::Screen(Screen::Sessions), ["w"];
    SessionsMarkdown "sessions-markdown" "copy the report as Markdown" / "Markdown" Place::Screen(Screen::Sessions), ["y"];
    SessionsJunit   "sessions-junit"   "write the report as JUnit" / "JUnit" Place::Screen(Screen::Sessions), ["Y"];

    TokensRead      "tokens-read"      "read its value, and say what it tells" / "read" Place::Screen(Screen::Tokens), ["enter"];
    TokensSurvey    "tokens-survey"    "ask who it is and what it can see" / "who am I" Place::Screen(Screen::Tokens), ["w"];
    TokensVerify    "tokens-verify"    "verify its signature, and ask its issuer" / "verify" Place::Screen(Screen::Tokens), ["v"];
    TokensAnew      "tokens-anew"      "get its value anew" / "get anew" Place::Screen(Screen::Tokens), ["N"];
    TokensMark      "tokens-mark"      "mark; two marked ones are compared" / "mark" Place::Screen(Screen::Tokens), ["x"];
    TokensTake      "tokens-take"      "take it for the request" / "use it" Place::Screen(Screen::Tokens), ["t"];
    AddToken        "add-token"        "add a token" / "add" Place::Screen(Screen::Tokens), ["a"];
    RemoveToken     "remove-token"     "remove the token" Place::Screen(Screen::Tokens), ["d", "delete"];

    FieldDone       "field-done"       "done"                          Place::Field, ["esc"];
    FieldEnter      "field-enter"      "send from the URL, else done or a new line" / "done" Place::Field, ["enter"];
    FieldUndo       "field-undo"       "undo"                          Place::Field, ["ctrl-z"];
    FieldRedo       "field-redo"       "redo"                          Place::Field, ["ctrl-y"];
    FieldLeft       "field-left"       "left"                          Place::Field, ["left"];
    FieldRight      "field-right"      "right"                         Place::Field, ["right"];
    FieldWordLeft   "field-word-left"  "a word left"                   Place::Field, ["ctrl-left", "alt-left"];
    FieldWordRight  "field-word-right" "a word right"                  Place::Field, ["ctrl-right", "alt-right"];
    FieldUp         "field-up"         "up"                            Place::Field, ["up"];
    FieldDown       "field-down"       "down"                          Place::Field, ["down"];
    FieldHome       "field-home"       "to the start of the line"      Place::Field, ["home", "ctrl-a"];
    FieldEnd        "field-end"        "to the end of the line"        Place::Field, ["end"];
    FieldClear      "field-clear"      "delete to the start of the line" / "clear" Place::Field, ["ctrl-u"];
    FieldWordDelete "field-word-delete" "delete a word"                Place::Field, ["ctrl-w", "ctrl-backspace", "alt-backspace"];

    FieldSearch     "field-search"     "search in the lines" / "search" Place::Field, ["ctrl-f"];

    TextNext        "text-next"        "to the next match" / "next" Place::TextSearch, ["enter", "down"];
    TextPrevious    "text-previous"    "to the previous match" / "previous" Place::TextSearch, ["up"];
    TextSearchDone  "text-search-done" "leave the search" / "leave the search" Place::TextSearch, ["esc"];

    CompletionTake  "completion-take"  "take it" / "take it" Place::Completion, ["tab", "right"];
    CompletionUp    "completion-up"    "up"                            Place::Completion, ["up"];
    CompletionDown  "completion-down"  "down" / "down" Place::Completion, ["down"];
    CompletionClose "completion-close" "close" / "close" Place::Completion, ["esc"];

    DialogUp        "dialog-up"        "up"                            Place::Dialog, ["up", "k"];
    DialogDown      "dialog-down"      "down" / "down" Place::Dialog, ["down", "j"];
    DialogChoose    "dialog-choose"    "choose" / "choose" Place::Dialog, ["enter"];
    DialogClose     "dialog-close"     "close" / "close" Place::Dialog, ["esc", "q"];

    SetupNext       "setup-next"       "next" / "next" Place::Setup, ["enter", "tab", "down"];
    SetupBack       "setup-back"       "back" / "back" Place::Setup, ["backtab", "up"];
    SetupRight      "setup-right"      "the next choice" / "the next choice" Place::Setup, ["right"];
    SetupLeft       "setup-left"       "the choice before"             Place::Setup, ["left"];
    SetupLeave      "setup-leave"      "leave" / "leave" Place::Setup, ["esc"];

    WriteOnce       "write-once"       "send it once" / "send once" Place::Write, ["Y"];
    WriteLeave      "write-leave"      "leave it" / "leave it" Place::Write, ["esc", "q"];

    PageOpen        "page-open"        "open it in the browser" / "open it" Place::Page, ["enter"];
    PageCopy        "page-copy"        "copy the address" / "copy it" Place::Page, ["y"];
    PageLeave       "page-leave"       "leave it" / "leave it" Place::Page, ["esc", "q"];

    HostAsk         "host-ask"         "ask it" / "ask it" Place::Host, ["enter"];
    HostLeave       "host-leave"       "leave it" / "leave it" Place::Host, ["esc", "q"];

    SignInOpen      "sign-in-open"     "open the page in the browser" / "open page" Place::SignIn, ["o", "enter"];
    SignInCopy      "sign-in-copy"     "copy the address" / "copy page" Place::SignIn, ["y"];
    SignInStop      "sign-in-stop"     "stop waiting" / "stop" Place::SignIn, ["esc", "q"];

    PastedUse       "pasted-use"       "use it for this run" / "use for this run" Place::Pasted, ["u", "enter"];
    PastedKeep      "pasted-keep"      "keep it: keyring, command, file, variable" / "keep as …" Place::Pasted, ["s"];
    PastedCopy      "pasted-copy"      "copy what it says" / "copy what it says" Place::Pasted, ["c"];
    PastedForget    "pasted-forget"    "forget it" / "forget it" Place::Pasted, ["esc", "q"];

    PaletteChoose   "palette-choose"   "choose" / "choose" Place::Palette, ["enter"];
    PaletteUp       "palette-up"       "up"                            Place::Palette, ["up"];
    PaletteDown     "palette-down"     "down" / "down" Place::Palette, ["down"];
    PalettePageUp   "palette-page-up"  "page up"                       Place::Palette, ["pageup"];
    PalettePageDown "palette-page-down" "page down"                    Place::Palette, ["pagedown"];
    PaletteClose    "palette-close"    "close" / "close" Place::Palette, ["esc"];
    ProbeClose      "probe-close"      "stop, then close" / "close" Place::Investigation, ["esc", "q"];
    ProbeTicket     "probe-ticket"     "copy it for a ticket" / "copy for the ticket" Place::Investigation, ["y"];
    ProbeSave       "probe-save"       "save it as a session" / "save as session" Place::Investigation, ["s"];
    ProbeOpen       "probe-open"       "open the probe in the explorer" / "open a probe" Place::Investigation, ["enter"];
    ProbeUp         "probe-up"         "up"                            Place::Investigation, ["up", "k"];
    ProbeDown       "probe-down"       "down" / "down" Place::Investigation, ["down", "j"];
    ProbePageUp     "probe-page-up"    "page up"                       Place::Investigation, ["pageup"];
    ProbePageDown   "probe-page-down"  "page down"                     Place::Investigation, ["pagedown"];
    ProbeByHand     "probe-by-hand"    "ask the next thing by hand" / "by hand" Place::Investigation, ["b"];
    ProbeRefute     "probe-refute"     "make the call that would prove it wrong" / "test it" Place::Investigation, ["x"];
    ProbeIsolate    "probe-isolate"    "find the part that the refusal hangs on" / "isolate" Place::Investigation, ["I"];
    ProbeResolve    "probe-resolve"    "record what it was in the end" / "resolve" Place::Investigation, ["M"];
    ProbeSeen       "probe-seen"       "list the same refusal before" Place::Investigation, ["S"];

    IsolateClose    "isolate-close"    "stop, then close" / "close" Place::Isolation, ["esc", "q"];
    IsolateCopy     "isolate-copy"     "copy what it turns on, with the smallest refused call" / "copy" Place::Isolation, ["y"];
    IsolateSave     "isolate-save"     "save the calls as a session" / "save as session" Place::Isolation, ["s"];
    IsolateOpen     "isolate-open"     "open the call in the explorer" / "open a call" Place::Isolation, ["enter"];
    IsolateAlone    "isolate-alone"    "leave parts out instead of comparing, or compare" / "leave parts out" Place::Isolation, ["a"];
    IsolateWrites   "isolate-writes"   "send a call that writes again and again" Place::Isolation, ["Y"];
    IsolateUp       "isolate-up"       "up"                            Place::Isolation, ["up", "k"];
    IsolateDown     "isolate-down"     "down" / "down" Place::Isolation, ["down", "j"];
    IsolatePageUp   "isolate-page-up"  "page up"                       Place::Isolation, ["pageup"];
    IsolatePageDown "isolate-page-down" "page down"                    Place::Isolation, ["pagedown"];

    WhenClose       "when-close"       "close" / "close" Place::When, ["esc", "q"];
    WhenOpen        "when-open"        "open the call in the explorer" / "open the call" Place::When, ["enter"];
    WhenUp          "when-up"          "up"                            Place::When, ["up", "k"];
    WhenDown        "when-down"        "down" / "down" Place::When, ["down", "j"];

    HelpUp          "help-up"          "up"                            Place::Help, ["up", "k"];
    HelpDown        "help-down"        "down" / "down" Place::Help, ["down", "j"];
    HelpPageUp      "help-page-up"     "page up"                       Place::Help, ["pageup"];
    HelpPageDown    "help-page-down"   "page down"                     Place::Help, ["pagedown"];
    HelpSearch      "help-search"      "search the keys" / "search" Place::Help, ["/"];
    HelpManual      "help-manual"      "read the manual" / "manual" Place::Help, ["m"];
    HelpClose       "help-close"       "close" / "close" Place::Help, ["esc", "q", "?", "enter"];

    ManualUp        "manual-up"        "up"                            Place::Manual, ["up", "k"];
    ManualDown      "manual-down"      "down" / "down" Place::Manual, ["down", "j"];
    ManualPageUp    "manual-page-up"   "page up"                       Place::Manual, ["pageup", "b"];
    ManualPageDown  "manual-page-down" "page down" / "page down" Place::Manual, ["space", "pagedown"];
    ManualFirst     "manual-first"     "to the beginning"              Place::Manual, ["g", "home"];
    ManualLast      "manual-last"      "to the end"                    Place::Manual, ["G", "end"];
    ManualOpen      "manual-open"      "open the topic" / "open" Place::Manual, ["enter"];
    ManualSearch    "manual-search"    "search the manual" / "search" Place::Manual, ["/"];
    ManualNext      "manual-next"      "to the next place found" / "next" Place::Manual, ["n"];
    ManualPrevious  "manual-previous"  "to the place found before"     Place::Manual, ["N"];
    ManualClose     "manual-close"     "back, then close" / "back" Place::Manual, ["esc", "q"];
}

impl Action {
    /// A title for the footer, without the words that its place already says.
    pub fn short(self) -> &'static str {
        if let Some(short) = self.own_short() {
            return short;
        }
        let title = self.title();
        match title.split_once(" the ") {
            Some(("choose" | "set", rest)) => rest,
            Some((verb @ ("send" | "load" | "expand" | "filter"), _)) => verb,
            Some(("open or close", _)) => "open",
            _ => title,
        }
    }

    /// The keys worth knowing in a place, the most useful first: those that have a word of their
    /// own for the footer.
    pub fn worth_knowing(place: Place) -> impl Iterator<Item = Action> {
        let here = Action::ALL.iter().copied();
        here.filter(move |action| action.place() == place && action.own_short().is_some())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_stand_once() {
        for (place, action) in Action::ALL.iter().enumerate() {
            let earlier = &Action::ALL[..place];
            assert!(
                !earlier.iter().any(|a| a.id() == action.id()),
                "{}",
                action.id()
            );
        }
    }
}
