// A button beside each text that is to be taken along. Without this script, or where the browser keeps the clipboard
// to itself, a click on the text selects it whole.
function offer(text) {
  const label = text.getAttribute("aria-label");
  const button = document.createElement("button");
  const say = (word) => {
    button.textContent = word;
    button.setAttribute("aria-label", `${word}: ${label}`);
  };
  button.type = "button";
  button.className = "small copy";
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(text.textContent);
    say("Copied");
    setTimeout(say, 2000, "Copy");
  });
  say("Copy");
  (text.parentElement.querySelector("figcaption") ?? text.parentElement).append(button);
}

if (navigator.clipboard) {
  document.querySelectorAll(".snippet pre, .secret pre").forEach(offer);
}
