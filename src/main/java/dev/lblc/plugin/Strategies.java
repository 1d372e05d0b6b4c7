package dev.lblc.plugin;

import dev.lblc.config.ConfigReader;
import dev.lblc.config.StrategyCatalog;
import dev.lblc.scheduler.OptionReader;
import dev.lblc.scheduler.Strategy;
import io.vertx.core.json.Json;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.Arrays;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.TreeMap;

/**
 * The strategies by the names that a configuration gives them.
 *
 * <p>Immutable; may be used from any thread.
 */
public final class Strategies implements StrategyCatalog {
  private final Map<String, Provided> byName;

  /** A provider, and what to call the place it comes from. */
  private record Provided(StrategyProvider provider, String plugin) {}

  private Strategies(Map<String, Provided> byName) {
    this.byName = Collections.unmodifiableMap(byName);
  }

  /**
   * Returns the strategies of the class path, the library's own included.
   *
   * @throws BrokenPluginException if one of them cannot be used
   */
  public static Strategies ofClassPath() {
    return new Strategies(new TreeMap<>())
        .with("the class path", loader(Strategies.class.getClassLoader()));
  }

  /**
   * Returns these strategies, and those that only a class loader adds.
   *
   * @param plugin what to call it in messages
   * @throws BrokenPluginException if one of them cannot be used: it cannot be made, is made for another version of
   *     {@link StrategyProvider}, or has the name of another one
   */
  public Strategies with(String plugin, ClassLoader plugins) {
    return with(plugin, loader(plugins));
  }

  /** Returns the names, in alphabetical order. */
  @Override
  public Set<String> names() {
    return byName.keySet();
  }

  /**
   * {@inheritDoc}
   *
   * @throws BrokenPluginException if the provider of the strategy cannot read them
   */
  @Override
  public Object readOptions(String name, OptionReader reader) {
    Provided provided = provided(name);
    try {
      Object options = provided.provider.readOptions(reader);
      if (options == null) {
        throw new BrokenPluginException(
            provided.plugin, "strategy " + name + " makes null of its options");
      }
      return options;
    } catch (BrokenPluginException e) {
      throw e;
    } catch (Throwable e) { // a plugin may throw anything
      BrokenPluginException.passOn(e);
      throw new BrokenPluginException(
          provided.plugin, "strategy " + name + " cannot read its options", e);
    }
  }

  /**
   * {@inheritDoc}
   *
   * @throws BrokenPluginException if the provider of the strategy cannot name them
   */
  @Override
  public List<String> facts(String name, Object options) {
    Provided provided = provided(name);
    try {
      List<String> facts = List.copyOf(provided.provider.facts(options));
      ConfigReader.requireTemplates(facts);
      return facts;
    } catch (Throwable e) { // a plugin may throw anything
      BrokenPluginException.passOn(e);
      throw new BrokenPluginException(
          provided.plugin, "strategy " + name + " cannot name the facts that it wants", e);
    }
  }

  /**
   * Returns a new strategy of a name.
   *
   * @throws IllegalArgumentException if there is none of that name; the message names those there are
   * @throws BrokenPluginException if its provider does not make one that can be used
   */
  Strategy create(String name, Strategy.Context context) {
    Provided provided = provided(name);
    String what = "strategy " + name + " ";
    try {
      Strategy strategy = provided.provider.create(context);
      if (strategy == null) {
        throw new BrokenPluginException(provided.plugin, what + "is null");
      }
      requireAll(provided.plugin, strategy.getClass(), Strategy.class);
      return new CheckedStrategy(name, strategy, context.clock());
    } catch (BrokenPluginException e) {
      throw e;
    } catch (Throwable e) { // a plugin may throw anything
      BrokenPluginException.passOn(e);
      throw new BrokenPluginException(provided.plugin, what + "cannot be made", e);
    }
  }

  /**
   * Returns what makes new strategies of a name, with options that do not change.
   *
   * @param ownOptions what {@link #readOptions} made of them
   * @throws IllegalArgumentException if there is none of that name
   */
  public Strategy.Factory factory(String name, Object ownOptions) {
    provided(name);
    return context -> create(name, context.withOwnOptions(() -> ownOptions));
  }

  private Provided provided(String name) {
    Provided provided = byName.get(name);
    if (provided == null) {
      throw new IllegalArgumentException(
          "strategy " + name + " (expected: one of " + names() + ")");
    }
    return provided;
  }

  private Strategies with(String plugin, ServiceLoader<StrategyProvider> loader) {
    Map<String, Provided> more = new TreeMap<>(byName);
    Iterator<StrategyProvider> found = loader.iterator();
    try {
      while (found.hasNext()) {
        StrategyProvider provider = found.next();
        if (!isKnown(provider)) {
          add(more, new Provided(provider, plugin));
        }
      }
    } catch (BrokenPluginException e) {
      throw e;
    } catch (ServiceConfigurationError e) {
      Throwable cause = e.getCause();
      throw cause == null
          ? new BrokenPluginException(plugin, e.toString())
          : new BrokenPluginException(plugin, String.valueOf(e.getMessage()), cause);
    } catch (Throwable e) { // a plugin may throw anything
      BrokenPluginException.passOn(e);
      throw new BrokenPluginException(plugin, "its strategies cannot be used", e);
    }
    return new Strategies(more);
  }

  /** A class loader also finds what its parent has. */
  private boolean isKnown(StrategyProvider provider) {
    return byName.values().stream()
        .anyMatch(known -> known.provider.getClass() == provider.getClass());
  }

  private static void add(Map<String, Provided> strategies, Provided added) {
    Class<?> type = added.provider.getClass();
    requireAll(added.plugin, type, StrategyProvider.class);
    String name = name(added);
    if (name == null || !ConfigReader.isName(name)) {
      throw new BrokenPluginException(
          added.plugin,
          type.getName() + " has the name " + Json.encode(name)
              + " (expected: a name, not empty and without control characters)");
    }
    Provided there = strategies.putIfAbsent(name, added);
    if (there != null) {
      throw new BrokenPluginException(
          added.plugin,
          type.getName() + " names a strategy " + name + ", which "
              + there.provider.getClass().getName() + " of " + there.plugin + " is already");
    }
  }

  private static String name(Provided added) {
    try {
      return added.provider.name();
    } catch (Throwable e) { // a plugin may throw anything
      BrokenPluginException.passOn(e);
      throw new BrokenPluginException(
          added.plugin, added.provider.getClass().getName() + " does not say its name", e);
    }
  }

  /** A class that was compiled against another version of an interface lacks methods of this one. */
  private static void requireAll(String plugin, Class<?> type, Class<?> contract) {
    Optional<Method> missing = Arrays.stream(contract.getMethods())
        .filter(method -> Modifier.isAbstract(method.getModifiers()))
        .filter(method -> isMissing(type, method))
        .findFirst();
    if (missing.isPresent()) {
      throw new BrokenPluginException(
          plugin,
          type.getName() + " is made for another version of " + contract.getSimpleName()
              + ": it has no " + missing.get());
    }
  }

  private static boolean isMissing(Class<?> type, Method method) {
    try {
      return Modifier.isAbstract(
          type.getMethod(method.getName(), method.getParameterTypes()).getModifiers());
    } catch (NoSuchMethodException e) {
      return true;
    }
  }

  private static ServiceLoader<StrategyProvider> loader(ClassLoader classes) {
    return ServiceLoader.load(StrategyProvider.class, classes);
  }
}
