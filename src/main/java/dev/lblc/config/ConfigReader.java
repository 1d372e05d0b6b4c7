package dev.lblc.config;

import io.vertx.core.json.EncodeException;
import io.vertx.core.json.JsonObject;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/**
 * The strict reader of configurations: it returns a valid configuration, or throws all faults of the file at once.
 *
 * <p>Strings may hold <code>${NAME}</code> for a variable of the environment and {@code $$} for a dollar sign; keys may
 * not. All methods may be called from any thread.
 */
public final class ConfigReader {
  private static final int MOST_INSTANCES = 1_000;
  private static final String PLUGIN_NAME = "lblc";

  private final StrategyCatalog strategies;

  private ConfigReader(StrategyCatalog strategies) {
    this.strategies = strategies;
  }

  /**
   * Reads a gateway configuration from its text, without a look into the files that it names.
   *
   * @param source names the text in messages
   * @param strategies the known strategies
   * @param environment variables by name
   */
  public static GatewayConfig readText(
      String source, String text, StrategyCatalog strategies, Map<String, String> environment)
      throws ConfigException {
    return check(source, text, strategies, environment, FileChecks.NONE).config();
  }

  /**
   * Reads a gateway configuration from its text, and looks into the files that it names.
   *
   * @param source names the text in messages
   * @param strategies the known strategies
   * @param environment variables by name
   * @param files checks the files that the configuration names
   */
  public static CheckedConfig check(
      String source,
      String text,
      StrategyCatalog strategies,
      Map<String, String> environment,
      FileChecks files)
      throws ConfigException {
    Faults faults = new Faults(source);
    Reading reading = new Reading(faults, new Environment(environment), files);
    GatewayConfig config = read(reading, text, Keys.GATEWAY, new ConfigReader(strategies)::gateway);
    return new CheckedConfig(config, faults.warnings());
  }

  /**
   * Reads the plugin's configuration: {@code services} and {@code cluster} of a gateway file, and {@code name}.
   *
   * @param strategies the known strategies
   * @param environment variables by name
   */
  public static PluginConfig readPlugin(
      JsonObject json, StrategyCatalog strategies, Map<String, String> environment)
      throws ConfigException {
    String source = "config";
    try {
      return read(
          source, json.encode(), environment, Keys.PLUGIN, new ConfigReader(strategies)::plugin);
    } catch (EncodeException | IllegalStateException e) { // a value that JSON cannot hold
      throw new ConfigException(
          List.of(new ConfigError(source, JsonPath.ROOT, String.valueOf(e.getMessage()), "JSON")));
    }
  }

  /**
   * Reads the description of a verticle that is deployed with the gateway.
   *
   * @param source names the text in messages
   * @param environment variables by name; not replaced in the verticle's own part
   */
  public static VerticleConfig readVerticle(
      String source, String text, Map<String, String> environment) throws ConfigException {
    VerticleConfig checked = read(source, text, environment, Keys.VERTICLE, file -> {
      file.optional("config").anyObject();
      return new VerticleConfig(
          file.required("verticle").text(NameSyntax.CLASS, ""),
          file.optional("instances").integer(1, 1, MOST_INSTANCES),
          new JsonObject());
    });
    JsonObject own = new JsonObject(text).getJsonObject("config", checked.config());
    return new VerticleConfig(checked.verticle(), checked.instances(), own);
  }

  private static <T> T read(
      String source,
      String text,
      Map<String, String> environment,
      List<String> keys,
      Function<ObjectReader, T> reader)
      throws ConfigException {
    Reading reading =
        new Reading(new Faults(source), new Environment(environment), FileChecks.NONE);
    return read(reading, text, keys, reader);
  }

  private static <T> T read(
      Reading reading, String text, List<String> keys, Function<ObjectReader, T> reader)
      throws ConfigException {
    Json json = JsonText.parse(text, reading.faults());
    T config = Cursor.root(json, reading).object(keys, reader);
    reading.faults().throwIfAny();
    return config;
  }

  /**
   * Checks that texts are templates of fields of requests.
   *
   * @throws IllegalArgumentException if one of them is none
   */
  public static void requireTemplates(List<String> texts) {
    Map<String, DestinationTemplate> unused = TemplateSyntax.templates(texts);
  }

  /** Returns whether the text is a valid name of a listener, service or server. */
  public static boolean isName(String text) {
    try {
      NameSyntax.NAME.read(text);
      return true;
    } catch (SyntaxException e) {
      return false;
    }
  }

  private GatewayConfig gateway(ObjectReader file) {
    file.optional("$schema").text(NameSyntax.NAME);
    BoundPorts ports = new BoundPorts();
    ListenerReader listeners = ListenerReader.read(file.required("listeners"), ports);
    Cursor routes = file.required("routes");
    Map<String, ServiceConfig> services = services(file);
    RouteReader route = new RouteReader(listeners, services);
    List<RouteConfig> unused = routes.list(0, route::read);
    ClusterConfig cluster = ClusterReader.read(file.optional("cluster"), ports);
    AdminConfig admin = AdminReader.read(file.optional("admin"), ports);
    DnsConfig dns = DnsReader.read(file.optional("dns"));
    ShutdownConfig shutdown = ShutdownReader.read(file.optional("shutdown"));
    Cursor state = file.optional("state");
    Path stateFile = state.text(FileSyntax.FILE);
    if (stateFile != null && cluster.enabled()) {
      state.fail("no file where cluster.enabled is true: the other nodes have the tables");
    }
    Cursor transportKey = file.optional("transport");
    SocketTransport transport = transportKey.text(NameSyntax.constant(SocketTransport.class));
    if (transport == SocketTransport.NIO && listeners.reusesPorts()) {
      transportKey.fail("epoll or io_uring: a listener has reusePort");
    }
    boolean watch = file.optional("watch").flag(false);
    return new GatewayConfig(
        listeners.with(route),
        new PluginConfig(PLUGIN_NAME, services, cluster, dns),
        admin,
        shutdown,
        stateFile,
        transport,
        watch);
  }

  private PluginConfig plugin(ObjectReader file) {
    return new PluginConfig(
        file.optional("name").text(NameSyntax.DEPLOYMENT, PLUGIN_NAME),
        services(file),
        ClusterReader.read(file.optional("cluster"), new BoundPorts()),
        DnsReader.read(file.optional("dns")));
  }

  private Map<String, ServiceConfig> services(ObjectReader file) {
    ServiceReader reader = new ServiceReader(strategies);
    return Collections.unmodifiableMap(
        file.required("services").map(1, NameSyntax.NAME, reader::read));
  }
}
