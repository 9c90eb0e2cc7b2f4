//! What makers call the parts of an error. They agree on what an error has to say and not on how
//! its members are called, so each part has a list of names, the most telling first.

use std::collections::HashMap;
use std::sync::LazyLock;

/// What a member of an error may be for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Role {
    /// A heading for people.
    Title,
    /// The sentence for people.
    Message,
    /// A second sentence, which says more than the first.
    Specific,
    /// A member that is made for codes.
    Code,
    /// A member that holds a code where its value looks like one.
    CodeWord,
    /// A second code, below the first.
    Subcode,
    /// An HTTP status.
    Status,
    /// A JSON Pointer or a name into the request's body.
    Pointer,
    /// A parameter or header of the request.
    Parameter,
    /// Where the input stands, whatever the path is written in.
    Field,
    Link,
    /// A link or a sentence that leads straight to what mends it.
    Remedy,
    Needed,
    Held,
    /// Holds errors of its own: a list, an object, a map from fields to what is wrong with them.
    Errors,
    /// Stands around an error and says nothing itself.
    Wrapper,
}

const NAMES: &[(Role, &str)] = &[
    (
        Role::Title,
        "title errortitle usertitle errorusertitle summary shortmessage heading headline httpmessage \
         statustext statusphrase statusdescription httpstatusmessage",
    ),
    (
        Role::Message,
        "message msg errormessage errormsg errmsg errordescription errordesc errorsummary errortext \
         faultstring faultmessage errorusermsg statusmessage resultmessage resultmsg retmsg respmsg \
         responsemessage responsemsg returnmessage returnmsg exceptionmessage defaultmessage \
         displaymessage apimessage validationmessage text errorinfo failurereason failuremessage \
         faultreason description desc problem errors errordetail m what",
    ),
    (
        Role::Specific,
        "detail details errordetail errordetails description desc longmessage developermessage \
         developermsg detailedmessage detailmessage messagedetail userpresentablemessage usermessage \
         usermsg humanmessage errordescription oauthproblemadvice reason cause info hint explanation \
         moreinformation exceptionmessage advice data note errorhint translation issue",
    ),
    (
        Role::Code,
        "code __type errorcode errcode scimtype serviceerrorcode apierrorcode errorkey faultcode \
         exceptioncode exceptionname reasoncode resultcode returncode retcode respcode responsecode \
         internalcode ecode apicode errno errorno errornumber errornum number statuscode oauthproblem \
         messageid messagekey cod minorerrorcode errorid c",
    ),
    (
        Role::CodeWord,
        "error err errortype errorname type typekey reason issue status stat label category name id \
         tag class exceptiontype exctype exception result classification errorclass title slug key kind e",
    ),
    (
        Role::Subcode,
        "errorsubcode subcode suberror suberrorcode subcategory substatus substatuscode declinecode \
         policyname extendederrorcode networkdeclinecode exceptiontype servererrorcode",
    ),
    (
        Role::Status,
        "status statuscode httpstatus httpstatuscode httpcode httpresponsecode code errorcode cod \
         error",
    ),
    (
        Role::Pointer,
        "pointer field fieldname property propertyname",
    ),
    (Role::Parameter, "parameter param parametername paramname"),
    (
        Role::Field,
        "pointer field fieldname property propertyname propertypath parameter param parametername \
         paramname fields attribute attributename attr argument argumentname instancepath datapath \
         jsonpath jsonpointer loc path target propertyref apiname location in context name key input \
         where",
    ),
    (
        Role::Link,
        "links docurl documentationurl documentation docs docslink errordocs erroruri moreinfo help \
         helpurl helplink helpuri infourl informationlink errorlink documentationlink references \
         supporturl url uri link href",
    ),
    (
        Role::Remedy,
        "activationurl enableurl loginurl ssourl authorizeurl authorizationurl consenturl upgradeurl \
         registrationurl billingurl suggestedaction suggestion recommendation recommend resolution \
         remedy howtofix solution nextstep action requestlogurl",
    ),
    (
        Role::Needed,
        "needed required requiredscope requiredscopes requiredgranularscopes missingscope \
         missingscopes requiredpermission requiredpermissions missingpermission missingpermissions \
         requiredrole requiredroles missingrole missingroles requiredprivileges requiredabilities \
         missingabilities requiredaccess requiredauthorities requires acceptedscopes expectedscopes \
         needs",
    ),
    (
        Role::Held,
        "provided granted grantedscopes currentscopes heldscopes tokenscopes actualscopes userscopes \
         grantedpermissions currentpermissions userpermissions has",
    ),
    (
        Role::Errors,
        "errors error err errorlist errormessages errorcauses errordetails errordetail errorresponse \
         errorinfo errormodel error_resolution erroritems messages details detail message violations \
         constraintviolations fieldviolations fielderrors validationerrors validationmessages \
         invalidparams invalidparameters invalidfields issues problems subproblems reasons failures \
         faults fault exceptions exception errorchain modelstate suberrors rootcause causedby causes \
         cause innererror innererrors innerexception internalexception originalerror body data \
         notifications notification params fields validation extendederrordetails elements \
         serviceexception policyexception requesterror context contextinfo reason errorcodes \
         parametererrors globalerrors formerrors failed json sys value",
    ),
    (
        Role::Wrapper,
        "response responses result results meta metadata status header headers responseheader \
         envelope ocs reply return root output payload outcome exceptionreport apiresponse rsp \
         responsestatus ack message info",
    ),
];

type Table = HashMap<&'static str, Vec<(Role, usize)>>;

static TABLE: LazyLock<Table> = LazyLock::new(|| {
    let mut table = Table::new();
    for (role, names) in NAMES {
        for (rank, name) in names.split_whitespace().enumerate() {
            table.entry(name).or_default().push((*role, rank));
        }
    }
    table
});

/// Endings by which a maker's own longer names are known.
const ENDINGS: &[(&str, &str)] = &[
    ("errorcode", "errorcode"),
    ("errcode", "errcode"),
    ("errormessage", "errormessage"),
    ("errormsg", "errormessage"),
    ("errmsg", "errmsg"),
    ("errordescription", "errordescription"),
    ("errordetails", "errordetails"),
    ("errordetail", "errordetail"),
    ("errortype", "errortype"),
    ("errorname", "errorname"),
    ("errortext", "errortext"),
    ("errorreason", "reason"),
    ("errors", "errors"),
    ("error", "error"),
    ("fault", "fault"),
    ("exception", "exception"),
    ("statuscode", "statuscode"),
    ("statusmessage", "statusmessage"),
];

/// A name as it is looked up: in small letters, without signs and without what stands before a
/// colon or a dot. `o:errorCode`, `odata.error` and `Error_Code` are `errorcode`, `error` and
/// `errorcode`.
pub fn squeezed(name: &str) -> String {
    if name.starts_with("__") {
        return name.to_ascii_lowercase();
    }
    let last = name.rsplit([':', '.']).find(|part| !part.is_empty());
    let last = last.unwrap_or(name);
    let kept = last
        .chars()
        .filter(|c| !matches!(c, '_' | '-' | ' ' | '@' | '$' | '#'));
    kept.map(|c| c.to_ascii_lowercase()).take(60).collect()
}

/// Everything that a member of this name may be for, each with its rank among the names of that
/// role: the lower, the more telling.
pub fn roles(squeezed: &str) -> &'static [(Role, usize)] {
    if let Some(roles) = TABLE.get(squeezed) {
        return roles;
    }
    let ending = ENDINGS
        .iter()
        .find(|(ending, _)| squeezed.ends_with(ending));
    let known = ending.and_then(|(_, name)| TABLE.get(name));
    known.map_or(&[], Vec::as_slice)
}

/// The rank of a name in a role.
pub fn rank(squeezed: &str, role: Role) -> Option<usize> {
    let found = roles(squeezed).iter().find(|(known, _)| *known == role);
    found.map(|(_, rank)| *rank)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_known_in_every_spelling_and_behind_a_makers_prefix() {
        for name in [
            "errorCode",
            "error_code",
            "Error-Code",
            "o:errorCode",
            "acmeErrorCode",
        ] {
            assert!(rank(&squeezed(name), Role::Code).is_some(), "{name}");
        }
        assert_eq!(squeezed("odata.error"), "error");
        assert_eq!(squeezed(".tag"), "tag");
        assert_eq!(squeezed("__type"), "__type");
        assert_eq!(roles("colour"), &[]);
    }

    #[test]
    fn no_name_stands_twice_in_one_role() {
        for (role, names) in NAMES {
            let mut seen: Vec<&str> = names.split_whitespace().collect();
            let count = seen.len();
            seen.sort_unstable();
            seen.dedup();
            assert_eq!(seen.len(), count, "{role:?}");
        }
    }
}
