/**
 * @file The browser's switch for third-party cookies, as far as the user has let the extension see
 * it (optional permission "privacy"). Only the setting gates.third-party-cookies asks for it.
 * May be imported by background/ only.
 */

/** @type {boolean | undefined} */
let allowed;

/** @returns {boolean | undefined} undefined when the extension may not know */
export const thirdPartyCookiesAllowed = () => allowed;

/** Must be called while the service worker starts. */
export function watchCookieSwitch() {
  const look = () => {
    const setting = chrome.privacy?.websites?.thirdPartyCookiesAllowed;
    if (setting === undefined) {
      allowed = undefined;
      return;
    }
    void setting.get({ incognito: chrome.extension.inIncognitoContext }).then(({ value }) => {
      allowed = Boolean(value);
    });
    if (!setting.onChange.hasListener(look)) setting.onChange.addListener(look);
  };
  look();
  chrome.permissions.onAdded.addListener(look);
  chrome.permissions.onRemoved.addListener(look);
}
