<?php
// Two things in one file, for tests/servers/wordpress.sh: what PHP's web server asks for each request, and work on the site from the command line.

if (PHP_SAPI === 'cli-server') {
    $path = urldecode(parse_url($_SERVER['REQUEST_URI'], PHP_URL_PATH));
    $file = $_SERVER['DOCUMENT_ROOT'] . $path;
    if ($path !== '/' && is_file($file)) {
        return false;
    }
    $_SERVER['SCRIPT_NAME'] = '/index.php';
    chdir($_SERVER['DOCUMENT_ROOT']);
    require $_SERVER['DOCUMENT_ROOT'] . '/index.php';
    return true;
}

[$self, $site, $what] = $argv;
$_SERVER += array('HTTP_HOST' => '127.0.0.1', 'SERVER_NAME' => '127.0.0.1', 'REQUEST_URI' => '/', 'REMOTE_ADDR' => '127.0.0.1', 'SERVER_PROTOCOL' => 'HTTP/1.1');
if ($what === 'install') {
    define('WP_INSTALLING', true);
}
require $site . '/wp-load.php';

switch ($what) {
    case 'install':
        require ABSPATH . 'wp-admin/includes/upgrade.php';
        add_filter('pre_wp_mail', '__return_true');
        wp_install('Harbour notes', 'admin', 'admin@example.org', true, '', 'only-for-tests', 'en_US');
        global $wp_rewrite;
        update_option('permalink_structure', '/%year%/%postname%/');
        update_option('comment_previously_approved', 0);
        update_option('thread_comments_depth', 5);
        $line = '';
        foreach (array('admin' => 'administrator', 'writer' => 'editor', 'reader' => 'subscriber') as $name => $role) {
            $id = $name === 'admin' ? 1 : wp_insert_user(array('user_login' => $name, 'user_pass' => 'only-for-tests', 'role' => $role, 'user_email' => "$name@example.org"));
            [$password] = WP_Application_Passwords::create_new_application_password($id, array('name' => 'tests'));
            $line .= $name === 'admin' ? "user=admin password=$password" : " $name=$password";
        }
        wp_update_post(array('ID' => 1, 'post_title' => 'Hello'));
        echo $line;
        break;
    case 'comments': // POST FIRST COUNT
        foreach (range((int) $argv[4], (int) $argv[4] + (int) $argv[5] - 1) as $number) {
            wp_insert_comment(array('comment_post_ID' => (int) $argv[3], 'comment_author' => "Reader $number", 'comment_author_email' => "r$number@example.org",
                'comment_content' => "comment $number", 'comment_approved' => 1));
        }
        break;
    case 'posts': // FIRST COUNT
        foreach (range((int) $argv[3], (int) $argv[3] + (int) $argv[4] - 1) as $number) {
            wp_insert_post(array('post_title' => "Post $number", 'post_content' => "<p>words of post $number</p>", 'post_status' => 'publish', 'post_author' => 1));
        }
        break;
    case 'eval':
        eval($argv[3]);
        break;
    default:
        fwrite(STDERR, "usage: wordpress.php SITE install | comments POST FIRST COUNT | posts FIRST COUNT | eval PHP\n");
        exit(2);
}
