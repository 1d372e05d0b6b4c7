package dev.lblc.config;

import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The environment variables that strings may name: <code>${NAME}</code> stands for the variable's value,
 * <code>${NAME:-text}</code> for the text if the variable is not set or empty, {@code $$} for one dollar sign; any other dollar
 * sign stands for itself. Values are not searched for variables.
 */
record Environment(Map<String, String> variables) {
  private static final Pattern DOLLAR = Pattern.compile("\\$\\$|\\$\\{(?<name>[^}]*)(?<end>\\}?)");
  private static final Pattern VARIABLE =
      Pattern.compile("(?<name>[A-Za-z_][A-Za-z0-9_]*)(:-(?<fallback>.*))?", Pattern.DOTALL);

  /** Returns whether a string names a variable, set or not. */
  static boolean hasVariable(String text) {
    return DOLLAR.matcher(text).results().anyMatch(found -> found.group(1) != null);
  }

  /** Returns the string with values for variables. */
  String fill(String text) throws SyntaxException {
    if (text.indexOf('$') < 0) {
      return text;
    }
    Matcher matcher = DOLLAR.matcher(text);
    StringBuilder filled = new StringBuilder();
    while (matcher.find()) {
      String variable = matcher.group("name");
      String value =
          variable == null ? "$" : value(variable, matcher.group("end").isEmpty());
      matcher.appendReplacement(filled, Matcher.quoteReplacement(value));
    }
    return matcher.appendTail(filled).toString();
  }

  private String value(String text, boolean open) throws SyntaxException {
    Matcher variable = VARIABLE.matcher(text);
    if (open || !variable.matches()) {
      throw new SyntaxException(
          "${NAME} with the name of an environment variable, or $${ for the characters ${");
    }
    String name = variable.group("name");
    String value = variables.get(name);
    String fallback = variable.group("fallback");
    if (fallback != null && (value == null || value.isEmpty())) {
      return fallback;
    }
    if (value == null) {
      throw new SyntaxException("environment variable " + name + " to be set");
    }
    return value;
  }
}
