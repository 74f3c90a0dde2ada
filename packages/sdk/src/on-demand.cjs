/** What few applications need, loaded when they do. CommonJS: the one form in which a module is loaded late and at once, and that bundlers follow all the same. */
exports.loadMasking = () => require("@genscope/masking");
exports.loadPrices = () => require("@genscope/semconv/prices");
