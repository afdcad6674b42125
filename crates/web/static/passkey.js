// Passkeys: the one thing that needs scripts. Filled by `sign_in/passkey`.
"use strict";
