import account from './account.json';
import cardvault from './cardvault.json';
import common from './common.json';
import problems from './failures.json';
import members from './members.json';
import platform from './platform.json';
import shell from './shell.json';

export default { account, cardvault, common, members, platform, problems, shell };
