package dev.lblc.config;

import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Fills variables into strings: <code>${NAME}</code> becomes the variable's value, {@code $$} one dollar sign; any other
 * dollar sign stands for itself. Values are not looked into again.
 */
record Environment(Map<String, String> variables) {
  private static final Pattern DOLLAR = Pattern.compile("\\$\\$|\\$\\{(?<name>[^}]*)(?<end>\\}?)");
  private static final Pattern NAME = Pattern.compile("[A-Za-z_][A-Za-z0-9_]*");

  String fill(String text) throws Unexpected {
    if (text.indexOf('$') < 0) {
      return text;
    }
    Matcher matcher = DOLLAR.matcher(text);
    StringBuilder filled = new StringBuilder();
    while (matcher.find()) {
      String name = matcher.group("name");
      String value = name == null ? "$" : value(name, matcher.group("end").isEmpty());
      matcher.appendReplacement(filled, Matcher.quoteReplacement(value));
    }
    return matcher.appendTail(filled).toString();
  }

  private String value(String name, boolean open) throws Unexpected {
    if (open || !NAME.matcher(name).matches()) {
      throw new Unexpected(
          "${NAME} with the name of an environment variable, or $${ for the characters ${");
    }
    String value = variables.get(name);
    if (value == null) {
      throw new Unexpected("environment variable " + name + " to be set");
    }
    return value;
  }
}
