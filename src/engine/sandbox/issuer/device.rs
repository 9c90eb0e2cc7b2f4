//! Signing in on another device (RFC 8628).

use super::desk::{Call, DEVICE_LIFETIME, Decision, Issuer, Wish};
use super::reply::{html_reply, json_reply, oauth_error};
use super::{clients, grants, page};
use crate::engine::sandbox::ledger::digest;
use crate::engine::sandbox::world::World;
use crate::model::Response;
use jiff::SignedDuration;
use serde_json::json;

/// Long enough for a poll in between to be told apart, short enough to practise with.
const INTERVAL: i64 = 1;
/// RFC 8628, 3.5
const SLOWER: i64 = 5;
const MOST: usize = 100;

impl Issuer {
    pub(super) fn device_authorization(&mut self, call: &Call) -> Response {
        let Ok(client) = clients::signed_in(&call.request.headers, &call.form) else {
            return clients::unknown();
        };
        let Some(scopes) = grants::scopes(call) else {
            return grants::unknown_scope();
        };
        let (Some(code), Some(letters)) = (grants::random(), page::user_code()) else {
            return oauth_error(500, "server_error", "There is no randomness here.");
        };
        if self.devices.len() >= MOST {
            self.devices.remove(0);
        }
        self.devices.push(Wish {
            code: digest(&code),
            user_code: letters.clone(),
            client,
            scopes,
            audience: call.form.get("resource").map(str::to_owned),
            expires_at: call.now.saturating_add(DEVICE_LIFETIME).unwrap_or(call.now),
            interval: INTERVAL,
            asked_at: None,
            decision: Decision::Waits,
        });
        let base = call.base;
        json_reply(
            200,
            &json!({
                "device_code": code,
                "user_code": letters,
                "verification_uri": format!("{base}/device"),
                "verification_uri_complete": format!("{base}/device?user_code={letters}"),
                "expires_in": DEVICE_LIFETIME.as_secs(),
                "interval": INTERVAL,
            }),
        )
    }

    /// The person says yes or no on the page.
    pub(super) fn decide(&mut self, world: &World, call: &Call) -> Response {
        let typed = page::plain_code(call.form.get("user_code").unwrap_or_default());
        let wish = self.devices.iter_mut().find(|wish| {
            page::plain_code(&wish.user_code) == typed
                && wish.expires_at > call.now
                && matches!(wish.decision, Decision::Waits)
        });
        let Some(wish) = wish else {
            return html_reply(
                400,
                "<p>No device waits with this code. It may have run out: start again on the device.</p>\n",
            );
        };
        if call.form.get("decision") != Some("allow") {
            wish.decision = Decision::Denied;
            return html_reply(200, "<p>You said no. The device is told so.</p>\n");
        }
        let Some(user) = grants::person(world, call.form.get("as"), wish.client.acts_for) else {
            return html_reply(400, "<p>There is no such person here.</p>\n");
        };
        wish.decision = Decision::Given(user);
        html_reply(200, "<p>Done. Go back to the device.</p>\n")
    }

    /// The device asks whether its person has decided.
    pub(super) fn device_token(
        &mut self,
        world: &mut World,
        client: &'static clients::Registered,
        call: &Call,
    ) -> Response {
        let asked = digest(call.form.get("device_code").unwrap_or_default());
        let place = self
            .devices
            .iter()
            .position(|wish| wish.code == asked && wish.client.id == client.id);
        let Some(place) = place else {
            return oauth_error(
                400,
                "invalid_grant",
                "The device code is unknown or used up.",
            );
        };
        let wish = &mut self.devices[place];
        if wish.expires_at <= call.now {
            return oauth_error(400, "expired_token", "The device code has run out.");
        }
        let last = wish.asked_at.replace(call.now);
        let too_fast = last.is_some_and(|last| {
            call.now.duration_since(last) < SignedDuration::from_secs(wish.interval)
        });
        match wish.decision {
            Decision::Denied => oauth_error(400, "access_denied", "The person said no."),
            Decision::Waits if too_fast => {
                wish.interval += SLOWER;
                oauth_error(400, "slow_down", "Ask less often.")
            }
            Decision::Waits => oauth_error(
                400,
                "authorization_pending",
                "The person has not decided yet.",
            ),
            Decision::Given(user) => {
                let wish = self.devices.remove(place);
                let wanted = grants::Wanted {
                    client,
                    user,
                    scopes: wish.scopes,
                    audience: wish.audience,
                    family: None,
                    signed_in: None,
                };
                self.give(world, wanted, call)
            }
        }
    }
}
