"""The part of an endpoint's page that says why: a script that asks for an explanation and shows it under the answer."""

WHY = """
const digits = number => Number(number.toPrecision(3)).toString();
const signed = gain => (gain > 0 ? "+" : "") + digits(gain);
const largest = gains => Math.max(...gains.map(Math.abs)) || 1;
const shade = (made, gain, most) => {
  const strength = (0.55 * Math.abs(gain) / most).toFixed(2);
  made.style.backgroundColor = (gain > 0 ? "rgba(36,135,166," : "rgba(194,65,12,") + strength + ")";
  made.title = signed(gain);
  return made;
};
const columns = contributions => {
  const pairs = Object.entries(contributions), table = document.createElement("table");
  const most = largest(pairs.map(pair => pair[1]));
  for (const [name, gain] of pairs.slice(0, 10)) {
    const row = table.insertRow();
    row.insertCell().textContent = name;
    row.append(shade(write("td", signed(gain)), gain, most));
  }
  if (pairs.length > 10) table.insertRow().insertCell().textContent = pairs.length - 10 + " others add less";
  return table;
};
const words = pairs => {
  const made = document.createElement("p"), most = largest(pairs.map(pair => pair[1]));
  for (const [word, gain] of pairs) made.append(shade(write("span", word), gain, most));
  return made;
};
const patches = rows => {
  const table = document.createElement("table"), most = largest(rows.flat());
  for (const row of rows) table.insertRow().append(...row.map(gain => shade(write("td", signed(gain)), gain, most)));
  return table;
};
const explain = async (place, body) => {
  try {
    const headers = {"Content-Type": "application/json"};
    const answer = await fetch(path.replace(/:predict$/, ":explain"), {method: "POST", headers, body});
    const told = await answer.json();
    if (!answer.ok) return place.append(write("p", "Not explained: " + told.error, "bad"));
    const one = told.explanations[0], what = "class" in one ? "The probability of " + one.class : "The answer";
    const other = one.patches ? "of a blank picture it is " : "of other rows it is in the mean ";
    const means = what + " is " + digits(one.value) + "; " + other + digits(one.base_value);
    place.append(write("h3", "Why"), write("p", means + ". From there it is moved by:"));
    for (const text of Object.values(one.words || {})) place.append(words(text));
    for (const picture of Object.values(one.patches || {})) place.append(patches(picture));
    if (!one.patches) place.append(columns(one.contributions));
  } catch (error) {
    place.append(write("p", "Not explained: " + error.message, "bad"));
  }
};
"""
"""Functions that the page's own script calls; what comes from an endpoint is written as text, never as markup."""
